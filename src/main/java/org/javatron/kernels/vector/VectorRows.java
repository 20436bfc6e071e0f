package org.javatron.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.javatron.kernels.RowMath;

/** What {@link RowMath} does with several rows at once. */
final class VectorRows {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private VectorRows() {}

  /** Four rows at once, so that the floats are read once for them. */
  static void dots(
      float[] a, int aOffset, float[] b, int[] rows, int count, int length, float[] out) {
    int i = 0;
    if (length % SPECIES.length() == 0) {
      float[] lanes = new float[4 * SPECIES.length()];
      for (; i + 4 <= count; i += 4) {
        int first = rows[i] * length;
        int second = rows[i + 1] * length;
        int third = rows[i + 2] * length;
        int fourth = rows[i + 3] * length;
        four(a, aOffset, b, first, second, third, fourth, length, lanes);
        sums(lanes, out, i);
      }
    }
    for (; i < count; i++) {
      out[i] = dot(a, aOffset, b, rows[i] * length, length);
    }
  }

  private static void four(
      float[] a,
      int aOffset,
      float[] b,
      int firstRow,
      int secondRow,
      int thirdRow,
      int fourthRow,
      int length,
      float[] lanes) {
    FloatVector first = FloatVector.zero(SPECIES);
    FloatVector second = first;
    FloatVector third = first;
    FloatVector fourth = first;
    for (int i = 0; i < length; i += SPECIES.length()) {
      FloatVector values = FloatVector.fromArray(SPECIES, a, aOffset + i);
      first = FloatVector.fromArray(SPECIES, b, firstRow + i).fma(values, first);
      second = FloatVector.fromArray(SPECIES, b, secondRow + i).fma(values, second);
      third = FloatVector.fromArray(SPECIES, b, thirdRow + i).fma(values, third);
      fourth = FloatVector.fromArray(SPECIES, b, fourthRow + i).fma(values, fourth);
    }
    first.intoArray(lanes, 0);
    second.intoArray(lanes, SPECIES.length());
    third.intoArray(lanes, 2 * SPECIES.length());
    fourth.intoArray(lanes, 3 * SPECIES.length());
  }

  static float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
    FloatVector sums = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i < SPECIES.loopBound(length); i += SPECIES.length()) {
      FloatVector values = FloatVector.fromArray(SPECIES, a, aOffset + i);
      sums = values.fma(FloatVector.fromArray(SPECIES, b, bOffset + i), sums);
    }
    float sum = VectorRowMath.sum(sums);
    for (; i < length; i++) {
      sum += a[aOffset + i] * b[bOffset + i];
    }
    return sum;
  }

  /**
   * The sums of four vectors. Without shuffles, which cost more for four than additions one by one.
   */
  static void sums(float[] lanes, float[] out, int at) {
    int step = SPECIES.length();
    for (int row = 0; row < 4; row++) {
      float sum = 0;
      for (int i = row * step; i < (row + 1) * step; i++) {
        sum += lanes[i];
      }
      out[at + row] = sum;
    }
  }
}

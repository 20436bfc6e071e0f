package org.javatron.kernels.vector;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.javatron.kernels.RowMath;

/** What {@link RowMath} does with bytes and with the whole numbers that are sums of them. */
final class VectorBytes {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

  /** As many lanes, but no fewer than the 8 of the smallest vector there is. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(
          byte.class, VectorShape.forBitSize(Math.max(64, SPECIES.length() * Byte.SIZE)));

  private VectorBytes() {}

  /** Four sums, so that additions need not wait for each other. */
  private static float dot(float[] a, int aOffset, byte[] b, int bOffset, int length) {
    int step = SPECIES.length();
    FloatVector first = FloatVector.zero(SPECIES);
    FloatVector second = first;
    FloatVector third = first;
    FloatVector fourth = first;
    int i = 0;
    if (BYTES.length() == step) {
      for (; i + 4 * step <= length; i += 4 * step) {
        first = floats(b, bOffset + i).fma(FloatVector.fromArray(SPECIES, a, aOffset + i), first);
        second =
            floats(b, bOffset + i + step)
                .fma(FloatVector.fromArray(SPECIES, a, aOffset + i + step), second);
        third =
            floats(b, bOffset + i + 2 * step)
                .fma(FloatVector.fromArray(SPECIES, a, aOffset + i + 2 * step), third);
        fourth =
            floats(b, bOffset + i + 3 * step)
                .fma(FloatVector.fromArray(SPECIES, a, aOffset + i + 3 * step), fourth);
      }
    }
    float sum = VectorRowMath.sum(first.add(second).add(third.add(fourth)));
    for (; i < length; i++) {
      sum += a[aOffset + i] * b[bOffset + i];
    }
    return sum;
  }

  /** Four rows at once, so that the floats are read once for them. */
  static void dots(
      float[] a,
      int aOffset,
      byte[] b,
      int step,
      int rows,
      int length,
      float[] out,
      int outOffset) {
    int row = 0;
    if (BYTES.length() == SPECIES.length() && length % SPECIES.length() == 0) {
      float[] lanes = new float[4 * SPECIES.length()];
      for (; row + 4 <= rows; row += 4) {
        four(a, aOffset, b, row * step, step, length, lanes);
        VectorRows.sums(lanes, out, outOffset + row);
      }
    }
    for (; row < rows; row++) {
      out[outOffset + row] = dot(a, aOffset, b, row * step, length);
    }
  }

  private static void four(
      float[] a, int aOffset, byte[] b, int bOffset, int step, int length, float[] lanes) {
    FloatVector first = FloatVector.zero(SPECIES);
    FloatVector second = first;
    FloatVector third = first;
    FloatVector fourth = first;
    for (int i = 0; i < length; i += SPECIES.length()) {
      FloatVector values = FloatVector.fromArray(SPECIES, a, aOffset + i);
      first = floats(b, bOffset + i).fma(values, first);
      second = floats(b, bOffset + step + i).fma(values, second);
      third = floats(b, bOffset + 2 * step + i).fma(values, third);
      fourth = floats(b, bOffset + 3 * step + i).fma(values, fourth);
    }
    first.intoArray(lanes, 0);
    second.intoArray(lanes, SPECIES.length());
    third.intoArray(lanes, 2 * SPECIES.length());
    fourth.intoArray(lanes, 3 * SPECIES.length());
  }

  private static FloatVector floats(byte[] bytes, int offset) {
    return (FloatVector)
        ByteVector.fromArray(BYTES, bytes, offset).convertShape(VectorOperators.B2F, SPECIES, 0);
  }

  static void decode(byte[] b, int bOffset, int length, float scale, float[] out, int outOffset) {
    int step = SPECIES.length();
    int i = 0;
    if (BYTES.length() == step) {
      for (; i + step <= length; i += step) {
        floats(b, bOffset + i).mul(scale).intoArray(out, outOffset + i);
      }
    }
    for (; i < length; i++) {
      out[outOffset + i] = scale * b[bOffset + i];
    }
  }

  static void scale(int[] x, float[] factors, int length, float factor, float base, float[] out) {
    int i = 0;
    FloatVector bases = FloatVector.broadcast(SPECIES, base);
    for (; i < SPECIES.loopBound(length); i += SPECIES.length()) {
      FloatVector whole =
          (FloatVector)
              IntVector.fromArray(INTS, x, i).convertShape(VectorOperators.I2F, SPECIES, 0);
      whole.fma(FloatVector.fromArray(SPECIES, factors, i).mul(factor), bases).intoArray(out, i);
    }
    for (; i < length; i++) {
      out[i] = x[i] * (factors[i] * factor) + base;
    }
  }
}

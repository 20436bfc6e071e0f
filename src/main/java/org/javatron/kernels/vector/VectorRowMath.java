package org.javatron.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.javatron.kernels.RowMath;

/** {@link RowMath} in vectors as wide as this CPU prefers (16 floats with AVX-512). */
public final class VectorRowMath implements RowMath {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** There is nothing to set. */
  public VectorRowMath() {}

  @Override
  public String description() {
    return "Vector API, " + SPECIES.vectorBitSize() + " bits";
  }

  @Override
  public float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
    FloatVector sums = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i < SPECIES.loopBound(length); i += SPECIES.length()) {
      FloatVector x = FloatVector.fromArray(SPECIES, a, aOffset + i);
      sums = x.fma(FloatVector.fromArray(SPECIES, b, bOffset + i), sums);
    }
    float sum = sums.reduceLanes(VectorOperators.ADD);
    for (; i < length; i++) {
      sum += a[aOffset + i] * b[bOffset + i];
    }
    return sum;
  }
}

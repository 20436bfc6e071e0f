package org.javatron.kernels;

/** The plain loops: the reference for {@link RowMath} and its fallback on any JVM. */
public final class ScalarRowMath implements RowMath {
  /** There is nothing to set. */
  public ScalarRowMath() {}

  @Override
  public String description() {
    return "scalar";
  }

  @Override
  public float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
    float sum = 0;
    for (int i = 0; i < length; i++) {
      sum += a[aOffset + i] * b[bOffset + i];
    }
    return sum;
  }
}

package org.javatron.kernels;

/**
 * The tail of the standard normal distribution, {@code 1 - Φ(x) = erfc(x/√2) / 2} for x of 0 or
 * more, which GELU needs.
 *
 * <p>The logarithm of the tail is a smooth curve, so {@code 1 - Φ(x) = exp(-x Q(x)) / 2} with a
 * polynomial Q: one formula, no branches, no division. Q minimises the greatest absolute error of
 * the tail on [0, 7] (4e-9 before rounding), found by {@code src/test/python/normal_tail.py}; in
 * float32 the tail is right to 5e-8 and GELU to 1e-7.
 */
public final class NormalTail {
  /** Where the tail is below 2e-12 and is taken as constant. */
  public static final float LIMIT = 7;

  /** The degree of Q. */
  public static final int DEGREE = 9;

  /** The density's greatest value, {@code 1 / √(2π)}, at 0. */
  public static final float PEAK = 0.398942280f;

  private static final float[] Q = {
    0.797884881f,
    0.318305165f,
    0.0363570713f,
    -0.00482687075f,
    1.07765582e-05f,
    0.000187411249f,
    -5.05364878e-05f,
    7.04017521e-06f,
    -5.27214127e-07f,
    1.66627423e-08f,
  };

  private NormalTail() {}

  /**
   * A coefficient of Q.
   *
   * @param power 0 to {@link #DEGREE}
   * @return what x to that power is multiplied with
   */
  public static float coefficient(int power) {
    return Q[power];
  }

  /**
   * The probability that a standard normal variable is greater than x.
   *
   * @param x 0 or more; NaN gives NaN
   * @return 1 - Φ(x), between 0 and 0.5
   */
  static float above(float x) {
    float a = Math.min(x, LIMIT);
    float q = Q[DEGREE];
    for (int i = DEGREE - 1; i >= 0; i--) {
      q = q * a + Q[i];
    }
    return 0.5f * (float) Math.exp(-q * a);
  }

  /**
   * The slope of GELU.
   *
   * @param x any number
   * @return {@code Φ(x) + x φ(x)} with the density {@code φ(x) = exp(-x²/2) / √(2π)}
   */
  public static float geluSlope(float x) {
    float tail = above(Math.abs(x));
    float density = PEAK * (float) Math.exp(-0.5f * x * x);
    return (x < 0 ? tail : 1 - tail) + x * density;
  }
}

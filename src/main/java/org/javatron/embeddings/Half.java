package org.javatron.embeddings;

/**
 * IEEE 754 half precision (sign, 5 exponent bits, 10 fraction bits), which Java knows only from
 * version 20 on.
 *
 * <p>Between the two formats lies a factor of 2<sup>112</sup> (the difference of their exponents'
 * biases, 127 and 15) and a shift of 13 bits. One multiplication by that factor moves a half's
 * bits, subnormal ones too, exactly to their float value.
 */
final class Half {
  /**
   * From here on (halfway between the largest half, 65504, and 65536) a float rounds to infinity.
   */
  static final float OVERFLOW = 65520f;

  private static final float REBIAS = 0x1p112f;
  private static final int FLOAT_INFINITY = 0x7f800000;
  private static final int HALF_INFINITY = 0x7c00;

  private Half() {}

  /** The half's value as a float: exact. */
  static float toFloat(short half) {
    int magnitude = (half & 0x7fff) << 13;
    int bits =
        (half & HALF_INFINITY) == HALF_INFINITY
            ? magnitude | FLOAT_INFINITY
            : Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) * REBIAS);
    return Float.intBitsToFloat(bits | (half & 0x8000) << 16);
  }

  /** The half nearest to the float; of two equally near ones, the one whose last bit is 0. */
  static short fromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    int magnitude = bits & 0x7fffffff;
    if (magnitude > FLOAT_INFINITY) {
      return (short) (sign | HALF_INFINITY | 0x200); // NaN
    }
    if (Float.intBitsToFloat(magnitude) >= OVERFLOW) {
      return (short) (sign | HALF_INFINITY);
    }
    if (magnitude < 0x38800000) { // below 2^-14, the smallest normal half
      // Halves are multiples of 2^-24 here, and so are floats around 1/2: the addition rounds.
      float rounded = Float.intBitsToFloat(magnitude) + 0.5f;
      return (short) (sign | Float.floatToRawIntBits(rounded) - 0x3f000000);
    }
    int lastBit = magnitude >>> 13 & 1;
    int rounded = magnitude + 0xfff + lastBit; // carries into the exponent where it must
    return (short) (sign | (rounded >>> 13) - (112 << 10));
  }
}

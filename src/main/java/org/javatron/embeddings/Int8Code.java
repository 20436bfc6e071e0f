package org.javatron.embeddings;

/**
 * A vector as whole numbers times one scale, and how far that is from the vector.
 *
 * <pre>
 * scale = max |v_i| / limit     code_i = round(v_i / scale)
 * residual &gt;= |v - scale code|    length &gt;= |scale code|
 * </pre>
 *
 * <p>Both bounds are rounded upwards, and the residual has room for what the rotation rounded, so
 * that they hold for the exact vector. One is used again and again; not thread-safe.
 */
public final class Int8Code {
  /** The largest code of a passage. */
  public static final int LIMIT = 127;

  /** Covers the roundings of sums of squares in double precision. */
  private static final double SPARE = 1 + 0x1p-30;

  private float scale;
  private float residual;
  private float length;

  /** There is nothing to set. */
  public Int8Code() {}

  /**
   * Finds the codes of a vector.
   *
   * @param rotated finite values, as {@link Rotation} gives them
   * @param limit the largest code, 1 to 127
   * @param shift what is added to each code
   * @param codes gets the codes, as bytes
   * @param offset index of the first
   */
  public void set(double[] rotated, int limit, int shift, byte[] codes, int offset) {
    double greatest = 0;
    double square = 0;
    for (double value : rotated) {
      greatest = Math.max(greatest, Math.abs(value));
      square += value * value;
    }
    scale = greatest == 0 ? 0 : Math.nextUp((float) (greatest / limit));
    double reciprocal = scale == 0 ? 0 : 1.0 / scale;
    double left = 0;
    long coded = 0;
    for (int i = 0; i < rotated.length; i++) {
      int code = (int) Math.rint(rotated[i] * reciprocal);
      double difference = rotated[i] - (double) scale * code;
      left += difference * difference;
      coded += (long) code * code;
      codes[offset + i] = (byte) (code + shift);
    }
    residual = above(Math.sqrt(left) * SPARE + Math.sqrt(square) * (2 * Rotation.ERROR));
    length = above(scale * Math.sqrt(coded) * SPARE);
  }

  private static float above(double value) {
    return value == 0 ? 0 : Math.nextUp((float) value);
  }

  /**
   * What a code counts.
   *
   * @return 0 only for a vector of zeros
   */
  public float scale() {
    return scale;
  }

  /**
   * How far the codes lie from the vector.
   *
   * @return an upper bound
   */
  public float residual() {
    return residual;
  }

  /**
   * How long the vector of the codes is.
   *
   * @return an upper bound
   */
  public float length() {
    return length;
  }
}

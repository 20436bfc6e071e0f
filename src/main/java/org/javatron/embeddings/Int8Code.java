package org.javatron.embeddings;

/**
 * A vector as whole numbers times one scale, and how far that is from the vector.
 *
 * <pre>
 * scale = max |v_i| / limit     code_i = round(v_i / scale)
 * residual &gt;= |v - scale code|    length &gt;= |scale code|
 * </pre>
 *
 * <p>Bounds are rounded upwards. One is used again and again; not thread-safe.
 */
public final class Int8Code {
  /** The largest code of a passage. */
  public static final int LIMIT = 127;

  /** Covers the roundings of sums of squares in double precision. */
  private static final double SPARE = 1 + 0x1p-30;

  private float scale;
  private double residual;
  private double length;

  /** There is nothing to set. */
  public Int8Code() {}

  /**
   * Finds the codes of a vector.
   *
   * @param rotated has the vector's values, finite, as {@link Rotation} gives them
   * @param from index of the first
   * @param size how many
   * @param limit the largest code, 1 to 127
   * @param shift what is added to each code
   * @param codes gets the codes, as bytes
   * @param offset index of the first
   */
  public void set(
      double[] rotated, int from, int size, int limit, int shift, byte[] codes, int offset) {
    double greatest = 0;
    for (int i = from; i < from + size; i++) {
      greatest = Math.max(greatest, Math.abs(rotated[i]));
    }
    scale = greatest == 0 ? 0 : Math.nextUp((float) (greatest / limit));
    double reciprocal = scale == 0 ? 0 : 1.0 / scale;
    double left = 0;
    long coded = 0;
    for (int i = 0; i < size; i++) {
      double value = rotated[from + i];
      int code = (int) Math.rint(value * reciprocal);
      double difference = value - (double) scale * code;
      left += difference * difference;
      coded += (long) code * code;
      codes[offset + i] = (byte) (code + shift);
    }
    residual = Math.sqrt(left) * SPARE;
    length = scale * Math.sqrt(coded) * SPARE;
  }

  /**
   * A float32 that is no less than the root of a sum of squares: bounds are rounded upwards.
   *
   * @param square the sum, 0 or more, in double precision
   * @return 0 only for 0
   */
  public static float root(double square) {
    return square == 0 ? 0 : Math.nextUp((float) (Math.sqrt(square) * SPARE));
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
  public double residual() {
    return residual;
  }

  /**
   * How long the vector of the codes is.
   *
   * @return an upper bound
   */
  public double length() {
    return length;
  }
}

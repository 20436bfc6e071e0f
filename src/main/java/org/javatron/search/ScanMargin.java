package org.javatron.search;

/**
 * How far a scan's score a, made by BLAS in float32, can lie from the canonical score S of {@link
 * Metric}: {@code |a - S| <= margin}. The scan only selects, so this is all that has to be known of
 * it.
 *
 * <p>Proof, for the inner product. Let u = 2^-24, n = dim and gamma_k = k u / (1 - k u). In
 * whatever order and grouping n products are summed, fused or not, each meets at most n roundings,
 * so with x the exact value
 *
 * <pre>
 * |a - x| &lt;= gamma_n sum |q_i p_i| + n 2^-150     (Higham, Accuracy and Stability, section 3.1;
 *                                                  2^-150 where a product underflows)
 *         &lt;= gamma_n |q| |p| + n 2^-150            (Cauchy and Schwarz)
 * |S - x| &lt;= u |x| + 2^-150 + n 2^-53 (1 + u) |q| |p|   (S rounded once; its sum in double)
 * |a - S| &lt;= gamma_(n+2) |q| |p| + (n + 1) 2^-149
 * </pre>
 *
 * <p>For the squared distance a is {@code 2 q.p - |p|^2 - |q|^2}. The passage's square is a float32
 * sum too, and two subtractions round values of at most (|q| + |p|)^2: {@code gamma_(n+5) (|q| +
 * |p|)^2 + (4 n + 4) 2^-149}. For the cosine a is q.p times two reciprocal lengths in float, of
 * which the passage's has the relative error gamma_n / 2 of its square's sum and three roundings:
 * {@code 2 gamma_(n+8)}.
 *
 * <p>Where float32 may overflow, or lengths are so small that squares lose their digits, the margin
 * is infinite, and the caller takes canonical scores in the scan's place.
 */
final class ScanMargin {
  private static final double UNIT = 0x1p-24;

  /** No sum that is bounded by this can overflow. */
  private static final double RANGE = 0x1p126;

  /** Squares of lengths from here to its reciprocal have all their digits. */
  private static final double SMALLEST = 0x1p-60;

  /** Covers the roundings of this class's own arithmetic. */
  private static final double SPARE = 1 + 0x1p-20;

  private ScanMargin() {}

  /**
   * The margin for one query and some passages.
   *
   * @param metric what is computed
   * @param dim values in a vector
   * @param query |q|
   * @param least the least |p|, or less
   * @param greatest the greatest |p|, or more
   * @return 0 or more; infinite if the scan's scores say nothing
   */
  static double of(Metric metric, int dim, double query, double least, double greatest) {
    double sum = query + greatest;
    return switch (metric) {
      case INNER_PRODUCT ->
          query * greatest < RANGE
              ? gamma(dim + 2) * query * greatest * SPARE + (dim + 1) * 0x1p-149
              : Double.POSITIVE_INFINITY;
      case L2 ->
          sum * sum < RANGE
              ? gamma(dim + 5) * sum * sum * SPARE + (4.0 * dim + 4) * 0x1p-149
              : Double.POSITIVE_INFINITY;
      case COSINE ->
          Math.min(query, least) > SMALLEST && Math.max(query, greatest) < 1 / SMALLEST
              ? 2 * gamma(dim + 8) * SPARE
              : Double.POSITIVE_INFINITY;
    };
  }

  /**
   * An upper bound of a vector's length.
   *
   * @param square the sum of its squares in float32, in any order
   * @param dim values in a vector
   * @return the bound; infinite or NaN if the sum is
   */
  static double lengthAtMost(float square, int dim) {
    return Math.sqrt((square + dim * 0x1p-149) * (1 + gamma(dim + 1)) * SPARE);
  }

  /** {@code k u / (1 - k u)}; infinite where the formula no longer holds. */
  static double gamma(double k) {
    return k * UNIT < 0.5 ? k * UNIT / (1 - k * UNIT) : Double.POSITIVE_INFINITY;
  }
}

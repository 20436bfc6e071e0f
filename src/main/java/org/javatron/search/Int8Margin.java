package org.javatron.search;

/**
 * How far the score a of a scan of int8 codes can lie from the canonical score S: {@code |a - S| <=
 * margin}.
 *
 * <p>Proof. Let R be the rotation and mu the mean that was taken off; R changes no inner product,
 * so
 *
 * <pre>
 * x = q.p = q.mu + Rq . R(p - mu)
 * R(p - mu) = P + r    P = scale code, |r| &lt;= residual, |P| &lt;= length
 * Rq        = Q + s    likewise, |s| &lt;= the query's residual
 * x = q.mu + Q.P + Rq.r + s.P                           (Rq = Q + s in the first factor)
 * |x - (q.mu + Q.P)|  &lt;=  |q| residual + |s| length       (Cauchy and Schwarz; |Rq| = |q|)
 * </pre>
 *
 * <p>Q.P is the whole number that the processor computes, exactly, times both scales. What is left
 * are roundings to float32: of Q.P and q.mu, a few units each; of S; and where the query is not
 * coded but multiplied as floats (then s is 0), of a sum of {@code size} products. All of them
 * together are below {@code gamma_(size + 16) |q| (|mu| + length + residual)}, which is some
 * thousandth of the first two terms.
 */
final class Int8Margin {
  private static final double SPARE = 1 + 0x1p-20;

  /** No sum that is bounded by this can overflow. */
  private static final double RANGE = 0x1p120;

  /** More than what underflow may take: a scale's product by 2^-149, times the largest Q.P. */
  private static final double UNDERFLOW = 0x1p-110;

  private Int8Margin() {}

  /**
   * The margin for one query and some passages.
   *
   * @param size codes of a vector
   * @param query |q|
   * @param querysResidual |s|, or more; 0 if the query is not coded
   * @param mean |mu|
   * @param residual the greatest of the passages' residuals
   * @param length the greatest of the passages' lengths
   * @return 0 or more; infinite or NaN if the scan's scores say nothing
   */
  static double of(
      int size, double query, double querysResidual, double mean, float residual, float length) {
    double whole = query * (mean + length + residual);
    return whole < RANGE
        ? (query * residual + querysResidual * length) * SPARE
            + ScanMargin.gamma(size + 16) * SPARE * whole
            + UNDERFLOW
        : Double.POSITIVE_INFINITY;
  }
}

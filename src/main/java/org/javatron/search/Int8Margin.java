package org.javatron.search;

/**
 * How far the scores of a scan of int8 codes can lie from the canonical score S.
 *
 * <p>Proof. Let mu be the mean that was taken off, and let V stand for the change to the
 * coordinates of {@link org.javatron.embeddings.Int8Space}, in which a vector has a head and a tail
 * (indices h and t). V changes an inner product by at most {@code e |q| |p - mu|}. So
 *
 * <pre>
 * x = q.p = q.mu + q.(p - mu)
 * |q.(p - mu) - Vq . V(p - mu)|  &lt;=  e |q| |p - mu|
 * V(p - mu): head = P + r   P = scale code in each part,  |r| &lt;= residual,  |P| &lt;= length
 *            |tail| &lt;= tail
 * Vq:        head = Q + s   Q likewise, or the query's own floats and s = 0;  tail = t
 * x = q.mu + Q.P + (Vq)_h.r + s.P + t.(tail of p) + what V changes
 * </pre>
 *
 * <p>and by Cauchy and Schwarz,
 *
 * <pre>
 * x  &lt;=  (q.mu + Q.P + |t| tail)  +  |(Vq)_h| residual + |s| length  +  e |q| |p - mu|
 * </pre>
 *
 * <p>with which the scan needs nothing of the tail. It holds for every head; the longest is the
 * whole vector, without a tail, and then x is as near from the other side.
 *
 * <p>Q.P is, in each part, the whole number that the processor computes, exactly, times both
 * scales. What is left are roundings to float32: of those products, q.mu, {@code |t| tail} and
 * their sum, a few units for each part; of S; and where the query is multiplied as floats, of a sum
 * of {@code size} products. All of them together are below {@code gamma_(size + 4 parts + 16)}
 * times the lengths of what is added, some thousandth of the other terms.
 */
final class Int8Margin {
  private static final double SPARE = 1 + 0x1p-20;

  /** No sum that is bounded by this can overflow. */
  private static final double RANGE = 0x1p120;

  /** More than what underflow may take: a scale's product by 2^-149, times the largest Q.P. */
  private static final double UNDERFLOW = 0x1p-110;

  private Int8Margin() {}

  /**
   * What roundings may change, relative to the lengths of what is added.
   *
   * @param terms codes of the head, and four for each part
   * @param error what the change of coordinates may change
   */
  static double rounding(int terms, double error) {
    return ScanMargin.gamma(terms + 16) + error;
  }

  /**
   * The margin for one query and some passages.
   *
   * @param rounding what {@link #rounding} gives
   * @param missed what the codes miss: the terms with residuals
   * @param whole the lengths of all that is added, residuals and tail included, times the query's
   * @return 0 or more; infinite or NaN if the scan's scores say nothing
   */
  static double of(double rounding, double missed, double whole) {
    return whole < RANGE
        ? SPARE * (missed + rounding * whole) + UNDERFLOW
        : Double.POSITIVE_INFINITY;
  }
}

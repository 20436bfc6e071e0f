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
 * V(p - mu): head = P + r   P = scale code,  |r| + e |p - mu| &lt;= residual,  |P| &lt;= length
 *            tail = T + u   T = scale code,  |u| &lt;= tail's residual,  |tail| &lt;= tail
 * Vq:        head = Q + s   likewise,  |s| &lt;= the query's residual
 *            tail = t
 * x = q.mu + Q.P + (Vq)_h.r + s.P + t.(tail of p) + what V changes
 * </pre>
 *
 * <p>and by Cauchy and Schwarz, since {@code |Vq_h| <= |q|} but for that e,
 *
 * <pre>
 * x  &lt;=  (q.mu + Q.P + |t| tail)  +  |q| residual + |s| length        (scan: nothing of the tail is read)
 * |x - (q.mu + Vq_h.P + t.T)|  &lt;=  |q| residual + |t| tail's residual   (refined: the query as floats)
 * </pre>
 *
 * <p>Q.P is the whole number that the processor computes, exactly, times both scales. What is left
 * are roundings to float32: of Q.P, q.mu and {@code |t| tail}, a few units each; of S; and where
 * the query is multiplied as floats, of a sum of {@code size} products. All of them together are
 * below {@code gamma_(size + 16)} times the lengths of what is added, some thousandth of the other
 * terms.
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
   * @param missed what the codes miss: the terms with residuals
   * @param whole the lengths of all that is added, residuals included, times the query's
   * @return 0 or more; infinite or NaN if the scan's scores say nothing
   */
  static double of(int size, double missed, double whole) {
    return whole < RANGE
        ? missed * SPARE + ScanMargin.gamma(size + 16) * SPARE * whole + UNDERFLOW
        : Double.POSITIVE_INFINITY;
  }
}

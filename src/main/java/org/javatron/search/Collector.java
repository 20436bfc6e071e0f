package org.javatron.search;

/**
 * Gathers one query's passages while tiles are scanned by many threads, from scores that are only
 * near the canonical ones, and gives the canonical result. Thread-safe up to {@link #settle}.
 */
interface Collector {
  /** Begins anew, for another query. */
  void clear();

  /**
   * No passage whose canonical score is below this is wanted any more. May lag behind what other
   * threads offered, which costs time but never a passage.
   */
  double bound();

  /**
   * Offers the passages {@code base + positions[i]} with the scan's scores {@code
   * scores[positions[i]]}, each within {@code margin} of the canonical one.
   *
   * @param exact of the calling thread, set to this query
   */
  void offer(
      float[] scores, int[] positions, int count, int base, double margin, CanonicalScores exact);

  /**
   * Says that a part of the passages, {@code share} of them in tiles of so many rows, has been
   * offered and nothing else: a collector may guess a bound from them, until it is cleared. Not
   * while there are offers.
   */
  default void guess(double share, int tile) {}

  /**
   * Whether the result is right, once everything pending has its key: not if a bound was guessed
   * that it does not reach. Then the query has to be collected again, without a guess.
   */
  default boolean right() {
    return true;
  }

  /**
   * Ends the offers: drops what is certainly not in the result and puts the ordinals of the
   * passages that are still to be scored, ascending, into {@link #pending} from {@link
   * #firstPending} on.
   *
   * @return where they end; the caller replaces each by its key with the canonical score
   */
  int settle();

  /** Where {@link #settle} left the ordinals. */
  long[] pending();

  /** Where they begin. */
  int firstPending();

  /** The result, best first, once everything pending has its key. */
  Hits hits();
}

package org.javatron.search;

/**
 * Gathers one query's passages while tiles are scanned by many threads, from scores that are only
 * near the canonical ones, and gives the canonical result. Thread-safe but for {@link #hits}.
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

  /** The result, best first; nothing more may be offered. */
  Hits hits(CanonicalScores exact);
}

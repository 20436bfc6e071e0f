package org.javatron.search;

/**
 * Tells a thread whether heads decide enough, from what they left in its last tile; while they do
 * not, as at the start of a search, tiles are multiplied whole, which is cheaper than many second
 * looks. Every eighth tile is tried by heads all the same.
 */
final class HeadShare {
  private static final int TRIED = 8;

  private final double most;
  private boolean decides;
  private long compared;
  private long left;

  /** Heads decide enough if they leave at most this share of the passages. */
  HeadShare(double most) {
    this.most = most;
  }

  /** Whether the next tile should be compared by heads. */
  boolean decidesTile(int index) {
    if (compared > 0) {
      decides = left <= most * compared;
      compared = 0;
      left = 0;
    }
    return decides || index % TRIED == TRIED - 1;
  }

  /** A query was compared with so many passages by heads. */
  void compared(int rows) {
    compared += rows;
  }

  /** So many of them were left. */
  void left(int rows) {
    left += rows;
  }
}

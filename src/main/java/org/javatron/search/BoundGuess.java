package org.javatron.search;

import java.util.Arrays;

/**
 * Foretells, from a part of the passages, a score that enough of all passages will reach, so that
 * the rest can be held against it from the start. A guess, not a bound: whether it was right is
 * seen at the end, and where it was not, the query is searched for once more without it.
 *
 * <p>Of the best {@code depth} of all, {@code m = depth * part} are expected in the sample. Their
 * number varies, by the root of m if passages are in no order, and more if good ones lie together:
 * with c(t) of the sample's best in tile t, by a factor of {@code D = sum c^2 / sum c} in its
 * square. The guess is the score of the sample's best but
 *
 * <pre>
 * m + 5 sqrt(D m) + 5
 * </pre>
 *
 * <p>Source: the design effect of cluster samples, Kish, <em>Survey Sampling</em>, 1965.
 */
final class BoundGuess {
  private static final int DEVIATIONS = 5;

  /** Every so many-th tile is the sample. */
  static final int STEP = 16;

  /** With fewer tiles there is nothing to gain. */
  static final int LEAST_TILES = 4 * STEP;

  private BoundGuess() {}

  /**
   * The guess.
   *
   * @param keys the sample's best, in any order; reordered
   * @param size how many
   * @param depth how many of all are wanted
   * @param part the sample's share of all passages
   * @param tile passages that lie together
   * @return minus infinity if the sample does not say enough
   */
  static float of(long[] keys, int size, int depth, double part, int tile) {
    double expected = depth * part;
    int some = (int) Math.min(size, Math.ceil(2 * expected));
    if (some == 0) {
      return Float.NEGATIVE_INFINITY;
    }
    SortKey.selectLargest(keys, size, some);
    double effect = effect(Arrays.copyOf(keys, some), tile);
    double rank = expected + DEVIATIONS * Math.sqrt(effect * expected) + DEVIATIONS;
    int last = (int) Math.ceil(rank);
    if (last > size || last >= depth) {
      return Float.NEGATIVE_INFINITY;
    }
    SortKey.selectLargest(keys, size, last);
    return SortKey.score(keys[last - 1]);
  }

  /** {@code sum c^2 / sum c}. */
  private static double effect(long[] best, int tile) {
    int[] tiles = new int[best.length];
    for (int i = 0; i < best.length; i++) {
      tiles[i] = SortKey.ordinal(best[i]) / tile;
    }
    Arrays.sort(tiles);
    double squares = 0;
    for (int i = 0, from = 0; i < tiles.length; i++) {
      if (i + 1 == tiles.length || tiles[i + 1] != tiles[i]) {
        double count = i + 1 - from;
        squares += count * count;
        from = i + 1;
      }
    }
    return squares / tiles.length;
  }
}

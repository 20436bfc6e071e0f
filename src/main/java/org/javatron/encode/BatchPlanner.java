package org.javatron.encode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Divides the sequences of a chunk into batches of at most so many tokens.
 *
 * <p>Sequences are laid end to end, never padded, so a batch costs what its tokens cost. Taking
 * them longest first puts sequences of like length together (attention over one batch then has work
 * of like size for every thread) and leaves the short ones to fill the batches up.
 *
 * <p>The plan depends on the lengths alone: the same chunk gives the same batches, and so the same
 * bytes, in a run that was killed and continued.
 */
final class BatchPlanner {
  private BatchPlanner() {}

  /**
   * Plans the batches.
   *
   * @param lengths tokens of each sequence, 1 to {@code maxTokens}
   * @param maxTokens most tokens in a batch
   * @return batches of positions in {@code lengths}; every position stands in exactly one
   * @throws IllegalArgumentException if one sequence alone is longer than a batch
   */
  static List<int[]> plan(int[] lengths, int maxTokens) {
    Integer[] order = new Integer[lengths.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingInt((Integer i) -> -lengths[i]).thenComparing(i -> i));

    List<int[]> batches = new ArrayList<>();
    int from = 0;
    int tokens = 0;
    for (int at = 0; at < order.length; at++) {
      int length = lengths[order[at]];
      if (length > maxTokens) {
        throw new IllegalArgumentException(
            "a sequence of " + length + " tokens does not fit a batch of " + maxTokens);
      }
      if (tokens + length > maxTokens) {
        batches.add(positions(order, from, at));
        from = at;
        tokens = 0;
      }
      tokens += length;
    }
    if (from < order.length) {
      batches.add(positions(order, from, order.length));
    }
    return batches;
  }

  private static int[] positions(Integer[] order, int from, int to) {
    int[] positions = new int[to - from];
    for (int i = from; i < to; i++) {
      positions[i - from] = order[i];
    }
    return positions;
  }
}

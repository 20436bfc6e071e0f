package org.javatron.train;

import java.util.Random;

/** Random orders that are the same wherever the seed is the same (Fisher and Yates). */
final class Shuffle {
  private Shuffle() {}

  /** The numbers 0 to n - 1 in an order that the seed decides. */
  static int[] of(int n, long seed) {
    int[] order = none(n);
    Random random = new Random(seed);
    for (int i = n - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int moved = order[i];
      order[i] = order[j];
      order[j] = moved;
    }
    return order;
  }

  /** The numbers 0 to n - 1 as they are. */
  static int[] none(int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    return order;
  }
}

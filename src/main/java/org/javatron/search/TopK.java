package org.javatron.search;

import java.util.Arrays;

/**
 * Keeps the best {@code depth} of any number of scored passages, in whatever order they come.
 *
 * <p>Score and ordinal share one {@code long}, so that one comparison of keys is the whole order
 * (score descending, then ordinal ascending): the upper half is the score's bits made sortable as
 * an integer, the lower half the ordinal's complement. Since keys never tie, the result depends on
 * the set of passages alone.
 *
 * <p>Keys are appended to a buffer half as long again as the depth; when it is full, a selection
 * keeps the best. That costs a constant number of steps for each candidate, where a heap costs the
 * logarithm of the depth, and makes depth 1000 little slower than 10.
 *
 * <p>Thread-safe for {@link #offer} and {@link #threshold}.
 */
final class TopK {
  private static final int LEAST_SLACK = 64;

  private final int depth;
  private final long[] keys;
  private int size;
  private long worst;
  private volatile float threshold;

  /** Room for the best {@code depth} of at most {@code candidates} passages. */
  TopK(int depth, int candidates) {
    this.depth = Math.min(depth, candidates);
    this.keys = new long[capacity(depth, candidates)];
    clear();
  }

  static int capacity(int depth, int candidates) {
    return (int) Math.min(candidates, depth + (long) Math.max(depth / 2, LEAST_SLACK));
  }

  void clear() {
    size = 0;
    worst = Long.MIN_VALUE;
    threshold = Float.NEGATIVE_INFINITY;
  }

  /**
   * A score that no passage among the best is below. May lag behind what other threads offered,
   * which costs time but never a passage.
   */
  float threshold() {
    return threshold;
  }

  /**
   * Offers the passages {@code base + positions[i]} with the scores {@code scores[positions[i]]}.
   */
  synchronized void offer(float[] scores, int[] positions, int count, int base) {
    for (int i = 0; i < count; i++) {
      long key = key(scores[positions[i]], base + positions[i]);
      if (key > worst) {
        if (size == keys.length) {
          keepBest();
          i--; // against the new threshold
          continue;
        }
        keys[size++] = key;
      }
    }
  }

  private void keepBest() {
    selectLargest(keys, size, depth);
    size = depth;
    worst = keys[depth - 1];
    threshold = score(worst);
  }

  /** The best of all that was offered; nothing more may be. */
  synchronized Hits hits() {
    if (size > depth) {
      keepBest();
    }
    Arrays.sort(keys, 0, size);
    int[] ordinals = new int[size];
    float[] scores = new float[size];
    for (int i = 0; i < size; i++) {
      long key = keys[size - 1 - i]; // the largest last
      ordinals[i] = ordinal(key);
      scores[i] = score(key);
    }
    return new Hits(ordinals, scores);
  }

  static long key(float score, int ordinal) {
    int bits = Float.floatToRawIntBits(score + 0f); // -0 becomes 0: they are equal scores
    int sortable = bits ^ bits >> 31 & 0x7fffffff; // of negative floats the larger is below
    return (long) sortable << 32 | ~ordinal & 0xffffffffL;
  }

  static float score(long key) {
    int sortable = (int) (key >> 32);
    return Float.intBitsToFloat(sortable ^ sortable >> 31 & 0x7fffffff);
  }

  static int ordinal(long key) {
    return ~(int) key;
  }

  /**
   * Moves the {@code k} largest of the first {@code size} keys to the front, the k-th at {@code k -
   * 1}. Quickselect with the median of three as pivot; where that makes no progress (keys arranged
   * against it), what is left is sorted, so the cost is never quadratic.
   */
  static void selectLargest(long[] keys, int size, int k) {
    int low = 0;
    int high = size - 1;
    int patience = 2 * (32 - Integer.numberOfLeadingZeros(size));
    while (low < high) {
      if (patience-- == 0) {
        sortDescending(keys, low, high);
        return;
      }
      long pivot = median(keys[low], keys[low + high >>> 1], keys[high]);
      int i = low;
      int j = high;
      while (i <= j) {
        while (keys[i] > pivot) {
          i++;
        }
        while (keys[j] < pivot) {
          j--;
        }
        if (i <= j) {
          swap(keys, i++, j--);
        }
      }
      if (k - 1 <= j) {
        high = j;
      } else if (k - 1 >= i) {
        low = i;
      } else {
        return;
      }
    }
  }

  private static long median(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  private static void sortDescending(long[] keys, int low, int high) {
    Arrays.sort(keys, low, high + 1);
    for (int i = low, j = high; i < j; i++, j--) {
      swap(keys, i, j);
    }
  }

  private static void swap(long[] keys, int i, int j) {
    long key = keys[i];
    keys[i] = keys[j];
    keys[j] = key;
  }
}

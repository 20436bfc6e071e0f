package org.javatron.search;

import java.util.Arrays;

/**
 * Score and ordinal in one {@code long}, so that one comparison of keys is the whole order (score
 * descending, then ordinal ascending): the upper half is the score's bits made sortable as an
 * integer, the lower half the ordinal's complement. Keys never tie, so what is chosen by them
 * depends on the set of passages alone.
 */
final class SortKey {
  private SortKey() {}

  static long of(float score, int ordinal) {
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

  /** The first {@code size} of the keys as a result, best first; sorts them. */
  static Hits hits(long[] keys, int size) {
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

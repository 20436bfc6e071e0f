package org.javatron.kernels;

import java.util.Arrays;

/**
 * A batch's tokens grouped by the row of a table that they read, each group in the batch's order.
 */
final class TokenGroups {
  private final long[] sorted;
  private final int[] from;
  private final int count;

  TokenGroups(int[] row) {
    sorted = new long[row.length];
    for (int t = 0; t < row.length; t++) {
      sorted[t] = (long) row[t] << 32 | t;
    }
    Arrays.sort(sorted);
    from = new int[row.length + 1];
    int groups = 0;
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i] >> 32 != sorted[i - 1] >> 32) {
        from[groups++] = i;
      }
    }
    from[groups] = sorted.length;
    count = groups;
  }

  int count() {
    return count;
  }

  /** Which row a group's tokens read. */
  int row(int group) {
    return (int) (sorted[from[group]] >> 32);
  }

  /** Index, for {@link #token}, of a group's first token; that of the next group ends it. */
  int from(int group) {
    return from[group];
  }

  int token(int index) {
    return (int) sorted[index];
  }
}

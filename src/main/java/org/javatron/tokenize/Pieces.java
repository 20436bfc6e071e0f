package org.javatron.tokenize;

import java.util.Arrays;

/** The tokens of one text with their ranges in it: {@link TokenBuffer}'s slower sister. */
final class Pieces {
  int[] ids = new int[64];
  int[] starts = new int[64];
  int[] ends = new int[64];
  int size;

  void add(int id, int start, int end) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, 2 * size);
      starts = Arrays.copyOf(starts, 2 * size);
      ends = Arrays.copyOf(ends, 2 * size);
    }
    ids[size] = id;
    starts[size] = start;
    ends[size++] = end;
  }
}

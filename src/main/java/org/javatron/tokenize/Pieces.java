package org.javatron.tokenize;

import java.util.Arrays;

/** The tokens of one text with their ranges in it, in Java chars. */
final class Pieces {
  int[] ids;
  int[] starts;
  int[] ends;
  int size;

  Pieces() {
    this(new int[64], new int[64], new int[64], 0);
  }

  /** Takes the arrays over; the last two may be longer. */
  Pieces(int[] ids, int[] starts, int[] ends, int size) {
    this.ids = ids;
    this.starts = starts;
    this.ends = ends;
    this.size = size;
  }

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

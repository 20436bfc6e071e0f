package org.javatron.tokenize;

import java.util.Arrays;

/**
 * Characters on their way from raw to normalized text, each with the range of the raw text it comes
 * from. A growing list of code points; not thread-safe.
 */
final class NormalizedText {
  int[] codePoints = new int[64];

  /**
   * Range in the raw text, in Java chars: {@code starts[i]} inclusive, {@code ends[i]} exclusive.
   */
  int[] starts = new int[64];

  int[] ends = new int[64];
  int size;

  /** The raw text as it is. */
  static NormalizedText of(String text, int from, int to) {
    NormalizedText raw = new NormalizedText();
    for (int i = from; i < to; ) {
      int codePoint = text.codePointAt(i);
      // The range may end between the two halves of a pair only in a broken text.
      int next = Math.min(i + Character.charCount(codePoint), to);
      raw.add(codePoint, i, next);
      i = next;
    }
    return raw;
  }

  void add(int codePoint, int start, int end) {
    if (size == codePoints.length) {
      codePoints = Arrays.copyOf(codePoints, 2 * size);
      starts = Arrays.copyOf(starts, 2 * size);
      ends = Arrays.copyOf(ends, 2 * size);
    }
    codePoints[size] = codePoint;
    starts[size] = start;
    ends[size++] = end;
  }

  String string(int from, int to) {
    return new String(codePoints, from, to - from);
  }
}

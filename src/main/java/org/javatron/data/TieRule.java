package org.javatron.data;

import java.util.Comparator;
import java.util.Locale;

/** Which of two passages with equal scores is the better one. */
public enum TieRule {
  /** The one whose line comes first, as Tevatron's own scripts sort. */
  FILE,
  /**
   * The one with the greater id, ids compared byte by byte, scores compared as 32-bit floats: what
   * trec_eval and pytrec_eval do. The rank column and the order of the lines do not matter.
   */
  TREC_EVAL;

  /** UTF-8's byte order, which is the order of code points; String's own is that of UTF-16. */
  static final Comparator<String> BYTE_ORDER =
      (a, b) -> {
        int n = Math.min(a.length(), b.length());
        for (int i = 0; i < n; i++) {
          char x = a.charAt(i);
          char y = b.charAt(i);
          if (x != y) {
            boolean differently = Character.isSurrogate(x) != Character.isSurrogate(y);
            // A surrogate stands for a code point above every single char.
            return differently ? (Character.isSurrogate(x) ? 1 : -1) : Character.compare(x, y);
          }
        }
        return Integer.compare(a.length(), b.length());
      };

  /** The name as options have it: {@code file} or {@code trec_eval}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package org.javatron.tokenize;

import java.util.Arrays;

/**
 * Where the tokens of a {@link TokenBuffer} come from, kept while {@link FusedScanner} makes them.
 *
 * <p>Pieces come out later than the letters they are made of, so the letters' places wait here
 * until their word ends.
 */
final class Places {
  /** Per token of the buffer: its range in the raw text, in Java chars. */
  int[] starts = new int[256];

  int[] ends = new int[256];

  /** Per normalized letter of the word being read. */
  private int[] letterStarts = new int[128];

  private int[] letterEnds = new int[128];
  private int letters;

  void letter(int start, int end) {
    if (letters == letterStarts.length) {
      letterStarts = Arrays.copyOf(letterStarts, 2 * letters);
      letterEnds = Arrays.copyOf(letterEnds, 2 * letters);
    }
    letterStarts[letters] = start;
    letterEnds[letters++] = end;
  }

  void token(int index, int start, int end) {
    if (index >= starts.length) {
      starts = Arrays.copyOf(starts, 2 * index);
      ends = Arrays.copyOf(ends, 2 * index);
    }
    starts[index] = start;
    ends[index] = end;
  }

  /**
   * Gives the letters that wait to the word's tokens.
   *
   * @param lengths letters of each token, by id
   * @param continuation letters of the mark of a piece inside a word, which stand for none
   */
  void endWord(TokenBuffer out, int wordStart, int[] lengths, int continuation) {
    int at = 0;
    for (int i = wordStart; i < out.size; i++) {
      int length = lengths[out.ids[i]] - (i > wordStart ? continuation : 0);
      // The last piece, or the unknown token, reaches to the end of the word.
      int end = i + 1 == out.size ? letters : at + length;
      token(i, letterStarts[at], letterEnds[end - 1]);
      at = end;
    }
    letters = 0;
  }
}

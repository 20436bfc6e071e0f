package org.javatron.tokenize;

/** BERT's words: they end at white space, and each punctuation character is a word of its own. */
final class Words {
  /** Takes a word's place in the normalized text: code points {@code from} to {@code to - 1}. */
  @FunctionalInterface
  interface Sink {
    void word(int from, int to);
  }

  private Words() {}

  static void split(NormalizedText text, int from, int to, Sink out) {
    int start = from;
    for (int i = from; i < to; i++) {
      int c = text.codePoints[i];
      boolean alone = Characters.isPunctuation(c);
      if (alone || Characters.isSpace(c)) {
        if (start < i) {
          out.word(start, i);
        }
        start = i + 1;
      }
      if (alone) {
        out.word(i, i + 1);
      }
    }
    if (start < to) {
      out.word(start, to);
    }
  }
}

package org.javatron.tokenize;

/**
 * Cuts one word into pieces of the vocabulary: from the left, always the longest piece that fits. A
 * word that cannot be cut so, or is longer than allowed, is one unknown token.
 */
interface WordPiece {
  /**
   * Appends the ids of a word's pieces.
   *
   * @param text normalized code points
   * @param from where the word begins
   * @param to where it ends, exclusive; after {@code from}
   * @param out takes the ids
   */
  void tokenize(int[] text, int from, int to, TokenBuffer out);
}

package org.javatron.tokenize;

/**
 * Word pieces by the definition: try the rest of the word, then one character less, and so on. Up
 * to quadratic in the word's length, and makes a string per try; the reference for {@link
 * {@link FastWordPiece}.
 *
 * <p>Source: google-research/bert, tokenization.py, {@code WordpieceTokenizer}.
 */
final class GreedyWordPiece implements WordPiece {
  private final Vocabulary vocabulary;
  private final String continuation;
  private final int unknown;
  private final int maxWordLength;

  GreedyWordPiece(Vocabulary vocabulary, TokenizerOptions options) {
    this.vocabulary = vocabulary;
    this.continuation = options.continuation();
    this.unknown = vocabulary.id(options.unknown());
    this.maxWordLength = options.maxWordLength();
  }

  @Override
  public void tokenize(int[] text, int from, int to, TokenBuffer out) {
    int before = out.size;
    if (to - from > maxWordLength) {
      out.add(unknown);
      return;
    }
    int start = from;
    while (start < to) {
      String prefix = start == from ? "" : continuation;
      int end = to;
      int id = -1;
      while (end > start) {
        id = vocabulary.pieceId(prefix + new String(text, start, end - start));
        if (id >= 0) {
          break;
        }
        end--;
      }
      if (id < 0) {
        out.size = before;
        out.add(unknown);
        return;
      }
      out.add(id);
      start = end;
    }
  }
}

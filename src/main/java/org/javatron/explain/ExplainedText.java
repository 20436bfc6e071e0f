package org.javatron.explain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.javatron.tokenize.BertTokenizer;

/**
 * A query or a passage as the model read it.
 *
 * @param id its id in the collection; null if it was given as text
 * @param words all of it in order, {@code [CLS]} and {@code [SEP]} included
 * @param truncated whether the text was longer than the model was given
 */
public record ExplainedText(String id, List<Word> words, boolean truncated) {
  /** Joins tokens to words. */
  static ExplainedText of(
      String id, int[] ids, double[] attributions, boolean truncated, BertTokenizer tokenizer) {
    String continuation = tokenizer.options().continuation();
    List<Word> words = new ArrayList<>();
    List<Token> word = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      String piece = tokenizer.vocabulary().token(ids[i]);
      boolean continues = piece.startsWith(continuation) && !word.isEmpty();
      if (!continues && !word.isEmpty()) {
        words.add(word(word, continuation));
        word.clear();
      }
      word.add(new Token(piece, ids[i], attributions[i]));
    }
    words.add(word(word, continuation));
    return new ExplainedText(id, List.copyOf(words), truncated);
  }

  private static Word word(List<Token> tokens, String continuation) {
    StringBuilder text = new StringBuilder(tokens.get(0).piece());
    for (Token token : tokens.subList(1, tokens.size())) {
      text.append(token.piece().substring(continuation.length()));
    }
    return new Word(text.toString(), List.copyOf(tokens));
  }

  /**
   * The tokens of all words.
   *
   * @return in order
   */
  public List<Token> tokens() {
    return words.stream().flatMap(word -> word.tokens().stream()).toList();
  }

  /**
   * The words that move the score most, up or down.
   *
   * @param count how many at most
   * @return by the size of their attribution; of equals the earlier first
   */
  public List<Word> strongest(int count) {
    return words.stream()
        .sorted(Comparator.comparingDouble((Word word) -> -Math.abs(word.attribution())))
        .limit(count)
        .toList();
  }

  /**
   * How strongly a word moves the score beside the text's strongest.
   *
   * @param word one of {@link #words()}
   * @return from -1 to 1; 0 if no word moves it
   */
  public double strength(Word word) {
    double most = Math.abs(strongest(1).get(0).attribution());
    return most == 0 ? 0 : word.attribution() / most;
  }
}

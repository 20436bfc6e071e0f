package org.javatron.explain;

import java.util.List;

/**
 * A word of an explained text: a token with the pieces that continue it.
 *
 * @param text the pieces joined
 * @param tokens at least one
 */
public record Word(String text, List<Token> tokens) {
  /**
   * What the word moves: scaling all its pieces' embeddings by 1 + h changes the score by about h
   * times this.
   *
   * @return the sum of its tokens' attributions
   */
  public double attribution() {
    return tokens.stream().mapToDouble(Token::attribution).sum();
  }
}

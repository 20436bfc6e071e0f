package org.javatron.tokenize;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds added tokens in a text, from the left, the longest first. Text between them is tokenized on
 * its own: a word never reaches across.
 */
final class AddedTokens {
  /** One found token and the range it takes, in Java chars. */
  record Match(int id, int start, int end) {}

  private final List<AddedToken> tokens;

  /** The characters some token begins with, each once: where a search may skip to. */
  private final String firstChars;

  AddedTokens(List<AddedToken> tokens) {
    if (tokens.stream().anyMatch(token -> token.content().isEmpty())) {
      throw new IllegalArgumentException(
          "an added token's content is empty: it would be everywhere");
    }
    this.tokens =
        tokens.stream()
            .sorted(Comparator.comparingInt((AddedToken t) -> t.content().length()).reversed())
            .toList();
    StringBuilder first = new StringBuilder();
    tokens.stream().map(t -> t.content().charAt(0)).distinct().forEach(first::append);
    this.firstChars = first.toString();
  }

  boolean isEmpty() {
    return tokens.isEmpty();
  }

  /** Whether the text might hold a token: a quick answer that almost always is no. */
  boolean mayOccurIn(String text) {
    for (int i = 0; i < firstChars.length(); i++) {
      if (text.indexOf(firstChars.charAt(i)) >= 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * The tokens in a text, in its order, ranges apart.
   *
   * <p>Source of the rules on neighbours: Hugging Face tokenizers, {@code AddedVocabulary}.
   */
  List<Match> find(String text) {
    List<Match> matches = new ArrayList<>();
    int taken = 0;
    for (int i = 0; i < text.length(); ) {
      AddedToken token = at(text, i);
      if (token == null) {
        i++;
        continue;
      }
      int start = i;
      int end = i + token.content().length();
      i = end;
      if (token.singleWord() && touchesWord(text, start, end)) {
        continue;
      }
      if (token.stripLeft()) {
        while (start > taken && Characters.isSpace(text.charAt(start - 1))) {
          start--;
        }
      }
      if (token.stripRight()) {
        while (end < text.length() && Characters.isSpace(text.charAt(end))) {
          end++;
        }
      }
      matches.add(new Match(token.id(), start, end));
      taken = end;
    }
    return matches;
  }

  private AddedToken at(String text, int index) {
    if (firstChars.indexOf(text.charAt(index)) < 0) {
      return null;
    }
    for (AddedToken token : tokens) {
      if (text.startsWith(token.content(), index)) {
        return token;
      }
    }
    return null;
  }

  private static boolean touchesWord(String text, int start, int end) {
    return (start > 0 && Characters.isWord(text.codePointBefore(start)))
        || (end < text.length() && Characters.isWord(text.codePointAt(end)));
  }
}

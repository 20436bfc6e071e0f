package org.javatron.data;

import java.util.ArrayList;
import java.util.List;

/**
 * A text cut into sentences by a rule of thumb that needs no model and is the same on every Java: a
 * sentence ends with {@code . ! ?}, closing quotes and brackets aside, where the next word does not
 * begin in lower case. A single letter with a dot, such as an initial, ends none.
 */
final class Sentences {
  /** Fewer words say nothing that could be searched for. */
  static final int LEAST_WORDS = 4;

  private static final String CLOSING = "\"')]}”’»";

  /** Words {@code from} to {@code to - 1} of a text. */
  record Range(int from, int to) {}

  private Sentences() {}

  /** The words of a text, as white space parts them. */
  static List<String> words(String text) {
    return List.of(text.strip().split("\\s+"));
  }

  /** The sentences, which together are all words. */
  static List<Range> of(List<String> words) {
    List<Range> sentences = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < words.size(); i++) {
      boolean last = i + 1 == words.size();
      if (last || (ends(words.get(i)) && begins(words, i + 1))) {
        sentences.add(new Range(start, i + 1));
        start = i + 1;
      }
    }
    return sentences;
  }

  /** Whether at least {@link #LEAST_WORDS} of the words have a letter or digit. */
  static boolean isLongEnough(List<String> words) {
    return words.stream()
            .filter(word -> word.codePoints().anyMatch(Character::isLetterOrDigit))
            .limit(LEAST_WORDS)
            .count()
        == LEAST_WORDS;
  }

  private static boolean ends(String word) {
    int end = word.length();
    while (end > 0 && CLOSING.indexOf(word.charAt(end - 1)) >= 0) {
      end--;
    }
    if (end == 0) {
      return false;
    }
    char last = word.charAt(end - 1);
    boolean initial = end == 2 && last == '.' && Character.isLetter(word.charAt(0));
    return (last == '.' || last == '!' || last == '?') && !initial;
  }

  private static boolean begins(List<String> words, int i) {
    // A closing mark that stands alone, as in text cut at every mark, belongs to what is before it.
    String word = words.get(i);
    return !Character.isLowerCase(word.codePointAt(0))
        && !(word.length() == 1 && ",;:)]".contains(word));
  }
}

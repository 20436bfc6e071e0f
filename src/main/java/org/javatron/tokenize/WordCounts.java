package org.javatron.tokenize;

import it.unimi.dsi.fastutil.objects.Object2LongMap;
import it.unimi.dsi.fastutil.objects.Object2LongOpenHashMap;

/**
 * How often each word stands in a text collection: what a vocabulary is made from.
 *
 * <p>Words are those of the tokenizer: normalized, split at white space and around punctuation.
 * Special tokens written in a text are plain text here. Memory: one string for each distinct run of
 * characters between blanks, however often it comes; some 100 bytes each. Not thread-safe.
 */
public final class WordCounts {
  private final Normalizer normalizer;
  private final Object2LongOpenHashMap<String> written = new Object2LongOpenHashMap<>();

  /**
   * No words yet.
   *
   * @param options how texts are normalized; its tokens do not matter
   */
  public WordCounts(TokenizerOptions options) {
    normalizer = new Normalizer(options);
  }

  /**
   * Counts a text's words.
   *
   * @param text any text, as it is written
   */
  public void add(String text) {
    // Blanks stay blanks and nothing is normalized across one, so normalizing waits until each
    // distinct run of characters has to be done only once.
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == ' ') {
        addRun(text, start, i);
        start = i + 1;
      }
    }
    addRun(text, start, text.length());
  }

  private void addRun(String text, int from, int to) {
    if (from < to) {
      written.addTo(text.substring(from, to), 1);
    }
  }

  /** The words as the tokenizer sees them. */
  Object2LongOpenHashMap<String> words() {
    Object2LongOpenHashMap<String> words = new Object2LongOpenHashMap<>();
    for (Object2LongMap.Entry<String> run : written.object2LongEntrySet()) {
      String text = run.getKey();
      NormalizedText normalized = normalizer.normalize(text, 0, text.length());
      Words.split(
          normalized,
          0,
          normalized.size,
          (from, to) -> words.addTo(normalized.string(from, to), run.getLongValue()));
    }
    return words;
  }
}

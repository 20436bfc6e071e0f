package org.javatron.data;

/**
 * How queries are made from texts that have none.
 *
 * @param querySentence share of rows whose query is a sentence cut from the span, 0 to 1
 * @param keepSentence of those, the share that leaves the sentence in its span, 0 to 1
 * @param queryWords longest query cut from a sentence, in words, at least 4; of longer sentences it
 *     takes half of that to all of that (4 at least), side by side at a random place
 * @param seed of the random choices
 */
public record PairRules(double querySentence, double keepSentence, int queryWords, long seed) {
  /**
   * Checks the ranges.
   *
   * @param querySentence as above
   * @param keepSentence as above
   * @param queryWords as above
   * @param seed as above
   * @throws IllegalArgumentException if a value is outside its range
   */
  public PairRules {
    if (!isShare(querySentence) || !isShare(keepSentence)) {
      throw new IllegalArgumentException(
          "shares should be between 0 and 1, found " + querySentence + " and " + keepSentence);
    }
    if (queryWords < Sentences.LEAST_WORDS) {
      throw new IllegalArgumentException(
          "queries should be of at least " + Sentences.LEAST_WORDS + " words, found " + queryWords);
    }
  }

  private static boolean isShare(double value) {
    return value >= 0 && value <= 1;
  }
}

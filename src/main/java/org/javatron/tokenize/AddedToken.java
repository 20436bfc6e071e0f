package org.javatron.tokenize;

/**
 * A token found in the text as it is written, before anything else looks at the text: {@code [SEP]}
 * and its like, and tokens somebody added to a model.
 *
 * @param content the text that stands for the token, case-sensitive
 * @param id its id, or -1 to take the vocabulary's
 * @param singleWord only where no letter or digit touches it
 * @param stripLeft takes the white space before it along
 * @param stripRight takes the white space after it along
 * @param normalized sought in the normalized text (as its own normalized form) instead of the raw
 */
public record AddedToken(
    String content,
    int id,
    boolean singleWord,
    boolean stripLeft,
    boolean stripRight,
    boolean normalized) {
  /**
   * A special token as BERT has them: matched raw, anywhere.
   *
   * @param content the text that stands for it, such as {@code [SEP]}
   * @return the token, its id to come from the vocabulary
   */
  public static AddedToken special(String content) {
    return new AddedToken(content, -1, false, false, false, false);
  }

  AddedToken withId(int newId) {
    return new AddedToken(content, newId, singleWord, stripLeft, stripRight, normalized);
  }
}

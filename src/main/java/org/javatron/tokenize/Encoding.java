package org.javatron.tokenize;

/**
 * A tokenized text (or pair of texts) with what is known of each token. All arrays have one entry
 * per token; they belong to the caller.
 *
 * @param ids token ids, {@code [CLS] first [SEP]} or {@code [CLS] first [SEP] second [SEP]}
 * @param typeIds 0 for the first text and its special tokens, 1 for the second and its {@code
 *     [SEP]}
 * @param starts where the token begins in the original text it comes from, in Java chars; 0 for the
 *     special tokens that were added around the texts
 * @param ends where it ends, exclusive; 0 for those special tokens
 * @param special 1 for the special tokens added around the texts, 0 for tokens of the texts (a
 *     special token written in a text is one of them)
 */
public record Encoding(int[] ids, int[] typeIds, int[] starts, int[] ends, int[] special) {
  /**
   * How many tokens there are.
   *
   * @return the count, special tokens included
   */
  public int size() {
    return ids.length;
  }

  /**
   * Java chars to code points: what Python and Rust count, where an emoji is 1 and not 2.
   *
   * @param text the text that offsets belong to
   * @param offset a place in it, in Java chars
   * @return the same place in code points
   */
  public static int toCodePoints(String text, int offset) {
    return text.codePointCount(0, offset);
  }
}

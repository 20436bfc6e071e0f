package org.javatron.encode;

import org.javatron.data.TextRecord;
import org.javatron.tokenize.BertTokenizer;

/**
 * Turns a text of the corpus into the token ids that BERT reads.
 *
 * <p>A passage is its title, the separator and its body, tokenised as one string, so that the
 * separator {@code "[SEP]"} becomes the token of that name; a query, or a passage of a format
 * without titles, is its text. Texts that come tokenised only get {@code [CLS]} and {@code [SEP]}.
 * Source: Tevatron's examples for coCondenser (tokenize_passages.py, tokenize_queries.py).
 *
 * @param tokenizer the model's tokenizer
 * @param maxLength most tokens, {@code [CLS]} and {@code [SEP]} included; the left part is kept
 * @param separator what stands between title and body
 */
public record SequenceBuilder(BertTokenizer tokenizer, int maxLength, String separator) {
  /**
   * A sequence and whether something was cut off.
   *
   * @param ids token ids, {@code [CLS]} and {@code [SEP]} included, at most the maximum length
   * @param truncated whether the text was longer
   */
  public record Sequence(int[] ids, boolean truncated) {}

  /**
   * Tokenises a text.
   *
   * @param text a query or a passage
   * @return its sequence, never empty
   */
  public Sequence build(TextRecord text) {
    // One token more than fits tells whether there was more.
    int[] tokens =
        text.tokens() != null
            ? text.tokens()
            : tokenizer.tokens(text.joined(separator), maxLength - 1);
    return new Sequence(
        tokenizer.withSpecialTokens(tokens, maxLength), tokens.length > maxLength - 2);
  }
}

package org.javatron.encode;

import org.javatron.data.TextRecord;
import org.javatron.io.InputException;
import org.javatron.model.Encoder;
import org.javatron.tokenize.BertTokenizer;
import org.javatron.weights.ModelManifest;

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
   * A builder with the model's own settings where no others are given.
   *
   * @param tokenizer the model's tokenizer
   * @param manifest the model's settings
   * @param side what is tokenised: it decides whose length counts
   * @param maxPositions the longest sequence the model takes
   * @param maxLength most tokens, or null for the model's own
   * @param separator what joins title and body, or null for the model's own
   * @return the builder
   * @throws InputException if the length is below 3 or more than the model takes
   */
  public static SequenceBuilder of(
      BertTokenizer tokenizer,
      ModelManifest manifest,
      Encoder.Side side,
      int maxPositions,
      Integer maxLength,
      String separator)
      throws InputException {
    int own = side == Encoder.Side.QUERY ? manifest.queryMaxLength() : manifest.passageMaxLength();
    int length = maxLength == null ? Math.min(own, maxPositions) : maxLength;
    if (length < 3 || length > maxPositions) {
      throw new InputException(
          "the maximum length must be between 3 ([CLS], a token, [SEP]) and "
              + maxPositions
              + " (the model's positions), found "
              + length);
    }
    return new SequenceBuilder(
        tokenizer, length, separator == null ? manifest.separator() : separator);
  }

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

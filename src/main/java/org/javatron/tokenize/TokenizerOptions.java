package org.javatron.tokenize;

import java.util.Arrays;
import java.util.List;

/**
 * How a BERT tokenizer treats text. {@link #uncased()} is what bert-base-uncased and every
 * coCondenser model use.
 *
 * @param cleanText drop control characters, turn all white space into spaces
 * @param spaceChinese make every CJK ideograph a word of its own
 * @param stripAccents decompose (NFD) and drop accents
 * @param lowercase lower-case, by Unicode's rules and no language's own
 * @param unknown the token of a word that no pieces make up, {@code [UNK]}
 * @param cls the token before every text, {@code [CLS]}
 * @param separator the token after every text, {@code [SEP]}
 * @param padding the token that fills batches elsewhere, {@code [PAD]}
 * @param mask the token of a masked position, {@code [MASK]}
 * @param continuation what marks a piece inside a word, {@code ##}
 * @param maxWordLength words of more characters (code points, normalized) become one unknown token;
 *     100
 * @param maxLength most tokens the model takes, special tokens included; 512, and {@link
 *     Integer#MAX_VALUE} if the model's files name no bound
 * @param addedTokens tokens matched in the raw text, the special tokens among them
 */
public record TokenizerOptions(
    boolean cleanText,
    boolean spaceChinese,
    boolean stripAccents,
    boolean lowercase,
    String unknown,
    String cls,
    String separator,
    String padding,
    String mask,
    String continuation,
    int maxWordLength,
    int maxLength,
    List<AddedToken> addedTokens) {
  /**
   * The options of bert-base-uncased.
   *
   * @return lower-case, accents stripped, CJK spaced, the five special tokens
   */
  public static TokenizerOptions uncased() {
    return new TokenizerOptions(
        true,
        true,
        true,
        true,
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[PAD]",
        "[MASK]",
        "##",
        100,
        512,
        specialTokens("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
  }

  /**
   * The options of bert-base-cased.
   *
   * @return case and accents kept, CJK spaced, the five special tokens
   */
  public static TokenizerOptions cased() {
    return uncased().withLowercase(false);
  }

  /**
   * With lower-casing on or off; accents follow, as in the original BERT.
   *
   * @param on whether to lower-case and strip accents
   * @return the changed options
   */
  public TokenizerOptions withLowercase(boolean on) {
    return with(cleanText, spaceChinese, on, on, addedTokens);
  }

  /**
   * With accents stripped or kept, whatever lower-casing does.
   *
   * @param on whether to strip accents
   * @return the changed options
   */
  public TokenizerOptions withStripAccents(boolean on) {
    return with(cleanText, spaceChinese, on, lowercase, addedTokens);
  }

  /**
   * With CJK ideographs as words of their own, or as letters like others.
   *
   * @param on whether to set them between spaces
   * @return the changed options
   */
  public TokenizerOptions withSpaceChinese(boolean on) {
    return with(cleanText, on, stripAccents, lowercase, addedTokens);
  }

  /**
   * With or without the cleaning of control characters and white space.
   *
   * @param on whether to clean
   * @return the changed options
   */
  public TokenizerOptions withCleanText(boolean on) {
    return with(on, spaceChinese, stripAccents, lowercase, addedTokens);
  }

  /**
   * With other added tokens.
   *
   * @param tokens all of them, the special tokens included
   * @return the changed options
   */
  public TokenizerOptions withAddedTokens(List<AddedToken> tokens) {
    return with(cleanText, spaceChinese, stripAccents, lowercase, tokens);
  }

  private TokenizerOptions with(
      boolean clean, boolean chinese, boolean accents, boolean lower, List<AddedToken> tokens) {
    return new TokenizerOptions(
        clean,
        chinese,
        accents,
        lower,
        unknown,
        cls,
        separator,
        padding,
        mask,
        continuation,
        maxWordLength,
        maxLength,
        tokens);
  }

  static List<AddedToken> specialTokens(String... contents) {
    return Arrays.stream(contents).distinct().map(AddedToken::special).toList();
  }
}

package org.javatron.tokenize;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * BERT's tokenizer: text in, token ids out, the same ids as Hugging Face's fast tokenizer gives.
 *
 * <p>{@code "Caper buds"} becomes {@code [CLS] cape ##r buds [SEP]}, which in bert-base-uncased's
 * vocabulary is {@code 101 4880 2099 13007 102}. Immutable and thread-safe; one instance serves all
 * threads.
 *
 * <pre>{@code
 * BertTokenizer tokenizer = BertTokenizer.load(modelDirectory);
 * int[] ids = tokenizer.encode("what is a caper bud?", 32);
 * }</pre>
 *
 * <p>Cost: linear in the text's length, tens of nanoseconds a token. Half of a surrogate pair,
 * which Java strings may hold and no other text can, is dropped like a control character.
 */
public final class BertTokenizer {
  /** Larger scratch buffers are not kept between calls. */
  private static final int KEPT_CHARS = 1 << 20;

  private static final ThreadLocal<TokenBuffer> SCRATCH = ThreadLocal.withInitial(TokenBuffer::new);

  private final Vocabulary vocabulary;
  private final TokenizerOptions options;
  private final StagedTokenizer staged;

  /** Null if tokens are sought in the normalized text, which this way never makes. */
  private final FusedScanner scanner;

  private final AddedTokens addedTokens;
  private final int unknown;
  private final int cls;
  private final int separator;

  private BertTokenizer(Vocabulary vocabulary, TokenizerOptions options) {
    this.unknown = required(vocabulary, options.unknown());
    this.cls = required(vocabulary, options.cls());
    this.separator = required(vocabulary, options.separator());
    List<AddedToken> added = new ArrayList<>();
    for (AddedToken token : options.addedTokens()) {
      int id = token.id() >= 0 ? token.id() : vocabulary.id(token.content());
      // A special token that the vocabulary lacks can have no id, so it is text like any other.
      if (id >= 0) {
        added.add(token.withId(id));
      }
    }
    this.vocabulary = vocabulary.withAdded(added);
    this.options = options;
    Normalizer normalizer = new Normalizer(options);
    AddedTokens raw = new AddedTokens(added.stream().filter(t -> !t.normalized()).toList());
    AddedTokens normalized =
        new AddedTokens(
            added.stream()
                .filter(AddedToken::normalized)
                .map(token -> normalize(normalizer, token))
                .toList());
    FastWordPiece wordPiece = new FastWordPiece(this.vocabulary, options);
    this.staged = new StagedTokenizer(this.vocabulary, options, wordPiece, raw, normalized);
    this.scanner =
        normalized.isEmpty() ? new FusedScanner(this.vocabulary, wordPiece, options) : null;
    this.addedTokens = raw;
  }

  private static AddedToken normalize(Normalizer normalizer, AddedToken token) {
    String content = token.content();
    NormalizedText text = normalizer.normalize(content, 0, content.length());
    return new AddedToken(
        text.string(0, text.size),
        token.id(),
        token.singleWord(),
        token.stripLeft(),
        token.stripRight(),
        true);
  }

  private static int required(Vocabulary vocabulary, String token) {
    int id = vocabulary.id(token);
    if (id < 0) {
      throw new IllegalArgumentException(
          "the vocabulary of " + vocabulary.size() + " tokens has no " + token);
    }
    return id;
  }

  /**
   * Loads the tokenizer of a model: tokens from {@code tokenizer.json} or {@code vocab.txt},
   * options from {@code tokenizer_config.json}, {@code tokenizer.json} and {@code
   * special_tokens_map.json}, and bert-base-uncased's where no file says otherwise. Where files
   * disagree the first of those three wins, as in Hugging Face Transformers.
   *
   * @param modelDirectory a Hugging Face model's folder, or one of ours
   * @return the tokenizer
   * @throws IOException if a file cannot be read, is not what it should be, or describes a
   *     tokenizer other than BERT's WordPiece
   */
  public static BertTokenizer load(Path modelDirectory) throws IOException {
    return TokenizerFiles.load(modelDirectory);
  }

  /**
   * A tokenizer from its parts.
   *
   * @param vocabulary the tokens; the unknown, {@code [CLS]} and {@code [SEP]} tokens among them
   * @param options how text is treated
   * @return the tokenizer
   * @throws IllegalArgumentException if one of those three tokens is missing
   */
  public static BertTokenizer of(Vocabulary vocabulary, TokenizerOptions options) {
    return new BertTokenizer(vocabulary, options);
  }

  /**
   * The model's input for one text: {@code [CLS] tokens [SEP]}, cut on the right.
   *
   * @param text any text, also empty
   * @param maxLength most ids to return, the two special tokens included; at least 2
   * @return 2 to {@code maxLength} ids
   */
  public int[] encode(String text, int maxLength) {
    checkMaxLength(maxLength, 2);
    TokenBuffer buffer = scratch(text);
    buffer.clear();
    buffer.add(cls);
    append(text, maxLength - 2, buffer);
    buffer.add(separator);
    return buffer.toArray();
  }

  /**
   * The ids of a text alone, without special tokens, cut on the right. Cutting an already cut
   * result shorter gives the same as cutting the text shorter.
   *
   * @param text any text
   * @param maxTokens most ids to return, at least 0
   * @return at most {@code maxTokens} ids
   */
  public int[] tokens(String text, int maxTokens) {
    checkMaxLength(maxTokens, 0);
    TokenBuffer buffer = scratch(text);
    buffer.clear();
    append(text, maxTokens, buffer);
    return buffer.toArray();
  }

  /**
   * As {@link #tokens}, appended to the caller's buffer; allocates nothing once the buffer has
   * grown (but for text with added tokens or rare combining marks in it).
   *
   * @param text any text
   * @param maxTokens most ids to append, at least 0
   * @param out takes the ids after those it holds
   * @return whether the text had more tokens than that
   */
  public boolean tokens(String text, int maxTokens, TokenBuffer out) {
    checkMaxLength(maxTokens, 0);
    return append(text, maxTokens, out);
  }

  /**
   * The model's input for a text that is tokenized already: {@code [CLS] tokens [SEP]}.
   *
   * @param tokens ids without special tokens
   * @param maxLength most ids to return, the two special tokens included; at least 2
   * @return the first {@code maxLength - 2} tokens between the special ones
   */
  public int[] withSpecialTokens(int[] tokens, int maxLength) {
    checkMaxLength(maxLength, 2);
    int kept = Math.min(tokens.length, maxLength - 2);
    int[] ids = new int[kept + 2];
    ids[0] = cls;
    System.arraycopy(tokens, 0, ids, 1, kept);
    ids[kept + 1] = separator;
    return ids;
  }

  /**
   * As {@link #encode}, with each token's place in the text.
   *
   * @param text any text
   * @param maxLength most tokens to return, the two special ones included; at least 2
   * @return the tokens
   */
  public Encoding encodeWithOffsets(String text, int maxLength) {
    checkMaxLength(maxLength, 2);
    Pieces pieces = pieces(text, maxLength - 2);
    return new EncodingBuilder(cls, separator).open().text(pieces, pieces.size, 0).build();
  }

  /**
   * Two texts for one input: {@code [CLS] first [SEP] second [SEP]}.
   *
   * @param first any text
   * @param second any text
   * @param maxLength most tokens to return, the three special ones included; at least 3
   * @param strategy which text is cut if both are too long together
   * @return the tokens; offsets are each into the text it comes from
   * @throws IllegalArgumentException if the strategy would have to cut more tokens than its text
   *     has
   */
  public Encoding encodePair(
      String first, String second, int maxLength, TruncationStrategy strategy) {
    checkMaxLength(maxLength, 3);
    Pieces a = pieces(first, Integer.MAX_VALUE);
    Pieces b = pieces(second, Integer.MAX_VALUE);
    int[] kept = PairTruncation.lengths(a.size, b.size, maxLength - 3, strategy);
    return new EncodingBuilder(cls, separator)
        .open()
        .text(a, kept[0], 0)
        .text(b, kept[1], 1)
        .build();
  }

  /**
   * The tokens and their ids.
   *
   * @return the vocabulary, tokens added to the model included
   */
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /**
   * How this tokenizer treats text.
   *
   * @return the options
   */
  public TokenizerOptions options() {
    return options;
  }

  /**
   * The id of the unknown token.
   *
   * @return 100 in BERT's own vocabularies
   */
  public int unknownId() {
    return unknown;
  }

  /**
   * The id before every text.
   *
   * @return 101 in BERT's own vocabularies
   */
  public int clsId() {
    return cls;
  }

  /**
   * The id after every text.
   *
   * @return 102 in BERT's own vocabularies
   */
  public int separatorId() {
    return separator;
  }

  /**
   * The id that fills batches.
   *
   * @return 0 in BERT's own vocabularies, -1 if there is none
   */
  public int paddingId() {
    return vocabulary.id(options.padding());
  }

  /**
   * The id of a masked position.
   *
   * @return 103 in BERT's own vocabularies, -1 if there is none
   */
  public int maskId() {
    return vocabulary.id(options.mask());
  }

  /** Appends at most so many tokens; whether there were more. */
  private boolean append(String text, int most, TokenBuffer out) {
    int before = out.size;
    int limit = (int) Math.min((long) before + most, Integer.MAX_VALUE);
    FusedScanner.Result result =
        scanner == null ? FusedScanner.Result.NEEDS_SORTING : scan(text, limit, out, null);
    if (result == FusedScanner.Result.NEEDS_SORTING) {
      out.size = before;
      Pieces pieces = staged.tokenize(text);
      for (int i = 0; i < pieces.size && out.size < limit; i++) {
        out.add(pieces.ids[i]);
      }
      return pieces.size > most;
    }
    return result == FusedScanner.Result.CUT;
  }

  /** At most so many tokens with their places. */
  private Pieces pieces(String text, int most) {
    TokenBuffer buffer = scratch(text);
    buffer.clear();
    Places places = new Places();
    boolean scanned =
        scanner != null && scan(text, most, buffer, places) != FusedScanner.Result.NEEDS_SORTING;
    if (scanned) {
      return new Pieces(buffer.toArray(), places.starts, places.ends, buffer.size);
    }
    Pieces pieces = staged.tokenize(text);
    pieces.size = Math.min(pieces.size, most);
    return pieces;
  }

  private FusedScanner.Result scan(String text, int limit, TokenBuffer out, Places places) {
    int length = text.length();
    char[] chars = out.chars(text);
    int from = 0;
    if (addedTokens.mayOccurIn(text)) {
      for (AddedTokens.Match match : addedTokens.find(text)) {
        FusedScanner.Result result = scanner.scan(chars, from, match.start(), limit, out, places);
        if (result != FusedScanner.Result.WHOLE) {
          return result;
        }
        if (out.size == limit) {
          return FusedScanner.Result.CUT;
        }
        if (places != null) {
          places.token(out.size, match.start(), match.end());
        }
        out.add(match.id());
        from = match.end();
      }
    }
    return scanner.scan(chars, from, length, limit, out, places);
  }

  private static TokenBuffer scratch(String text) {
    return text.length() > KEPT_CHARS ? new TokenBuffer() : SCRATCH.get();
  }

  private static void checkMaxLength(int length, int least) {
    if (length < least) {
      throw new IllegalArgumentException(
          "a length of " + length + " tokens: expected at least " + least);
    }
  }

  @Override
  public String toString() {
    return "BertTokenizer[" + vocabulary.size() + " tokens, lowercase=" + options.lowercase() + "]";
  }
}

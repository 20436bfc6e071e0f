package org.javatron.tokenize;

import java.util.ArrayList;
import java.util.List;

/**
 * The pipeline step by step: added tokens, normalization, words, pieces. Knows where in the text
 * each token comes from; allocates. The reference for {@link FusedScanner}, and what takes over
 * from it for the rare text that it cannot do.
 */
final class StagedTokenizer {
  private final Vocabulary vocabulary;
  private final int continuationLength;
  private final Normalizer normalizer;
  private final WordPiece wordPiece;
  private final AddedTokens rawTokens;
  private final AddedTokens normalizedTokens;

  StagedTokenizer(
      Vocabulary vocabulary,
      TokenizerOptions options,
      WordPiece wordPiece,
      AddedTokens rawTokens,
      AddedTokens normalizedTokens) {
    this.vocabulary = vocabulary;
    String continuation = options.continuation();
    this.continuationLength = continuation.codePointCount(0, continuation.length());
    this.normalizer = new Normalizer(options);
    this.wordPiece = wordPiece;
    this.rawTokens = rawTokens;
    this.normalizedTokens = normalizedTokens;
  }

  /** All tokens of a text, none cut off. */
  Pieces tokenize(String text) {
    Pieces out = new Pieces();
    TokenBuffer scratch = new TokenBuffer();
    int from = 0;
    for (AddedTokens.Match match : rawTokens.find(text)) {
      between(text, from, match.start(), scratch, out);
      out.add(match.id(), match.start(), match.end());
      from = match.end();
    }
    between(text, from, text.length(), scratch, out);
    return out;
  }

  private void between(String text, int from, int to, TokenBuffer scratch, Pieces out) {
    NormalizedText normalized = normalizer.normalize(text, from, to);
    int done = 0;
    for (AddedTokens.Match match : findNormalized(normalized)) {
      words(normalized, done, match.start(), scratch, out);
      out.add(match.id(), normalized.starts[match.start()], normalized.ends[match.end() - 1]);
      done = match.end();
    }
    words(normalized, done, normalized.size, scratch, out);
  }

  /** Matches in the normalized text, their ranges in its code points. */
  private List<AddedTokens.Match> findNormalized(NormalizedText normalized) {
    if (normalizedTokens.isEmpty()) {
      return List.of();
    }
    String text = normalized.string(0, normalized.size);
    List<AddedTokens.Match> matches = new ArrayList<>();
    for (AddedTokens.Match match : normalizedTokens.find(text)) {
      matches.add(
          new AddedTokens.Match(
              match.id(),
              text.codePointCount(0, match.start()),
              text.codePointCount(0, match.end())));
    }
    return matches;
  }

  private void words(NormalizedText text, int from, int to, TokenBuffer scratch, Pieces out) {
    Words.split(text, from, to, (start, end) -> word(text, start, end, scratch, out));
  }

  private void word(NormalizedText text, int from, int to, TokenBuffer scratch, Pieces out) {
    scratch.clear();
    wordPiece.tokenize(text.codePoints, from, to, scratch);
    int at = from;
    for (int i = 0; i < scratch.size; i++) {
      int id = scratch.ids[i];
      // The last piece, or the unknown token, reaches to the end of the word.
      int end = i + 1 == scratch.size ? to : at + length(id, i > 0);
      out.add(id, text.starts[at], text.ends[end - 1]);
      at = end;
    }
  }

  private int length(int id, boolean inside) {
    String token = vocabulary.token(id);
    return token.codePointCount(0, token.length()) - (inside ? continuationLength : 0);
  }
}

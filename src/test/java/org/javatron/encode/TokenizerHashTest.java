package org.javatron.encode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.javatron.tokenize.AddedToken;
import org.javatron.tokenize.BertTokenizer;
import org.javatron.tokenize.TokenizerOptions;
import org.javatron.tokenize.Vocabulary;
import org.junit.jupiter.api.Test;

class TokenizerHashTest {
  private static final List<String> TOKENS =
      List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b");

  private static String hash(List<String> tokens, TokenizerOptions options) {
    return TokenizerHash.of(BertTokenizer.of(Vocabulary.of(tokens), options));
  }

  @Test
  void namesVocabularyAndRules() {
    String hash = hash(TOKENS, TokenizerOptions.uncased());
    assertEquals(hash, hash(List.copyOf(TOKENS), TokenizerOptions.uncased()));
    assertNotEquals(hash, hash(TOKENS, TokenizerOptions.cased()));
    List<String> swapped = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "b", "a");
    assertNotEquals(hash, hash(swapped, TokenizerOptions.uncased()));
    TokenizerOptions uncased = TokenizerOptions.uncased();
    List<AddedToken> more = new java.util.ArrayList<>(uncased.addedTokens());
    more.add(AddedToken.special("b"));
    assertNotEquals(hash, hash(TOKENS, uncased.withAddedTokens(more)));
  }
}

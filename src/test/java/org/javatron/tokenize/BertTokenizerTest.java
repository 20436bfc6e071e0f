package org.javatron.tokenize;

import static org.javatron.tokenize.TestTokens.ids;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class BertTokenizerTest {
  private final BertTokenizer tokenizer = TestTokens.uncased();

  private void assertTokens(String text, String... tokens) {
    assertArrayEquals(ids(tokens), tokenizer.tokens(text, 1000), text);
  }

  @Test
  void cutsWordsIntoTheLongestPieces() {
    assertTokens("UNAFFABLE, playing", "un", "##aff", "##able", ",", "play", "##ing");
  }

  @Test
  void aWordThatCannotBeCutIsOneUnknownToken() {
    assertTokens("unaffablex the", "[UNK]", "the");
  }

  @Test
  void accentsGoAndIdeographsStandAlone() {
    assertTokens("Café中the", "caf", "##e", "中", "the");
  }

  @Test
  void specialTokensWrittenInTheTextAreTokensAsWrittenOnly() {
    assertTokens("the[SEP]the", "the", "[SEP]", "the");
    assertTokens("the[sep]the", "the", "[", "sep", "]", "the");
  }

  @Test
  void aWordOfAHundredCharactersIsCutOneMoreIsNot() {
    int[] hundred = tokenizer.tokens("a".repeat(100), 1000);
    assertEquals(100, hundred.length);
    assertEquals(TestTokens.vocabulary().id("a"), hundred[0]);
    assertTokens("a".repeat(101), "[UNK]");
  }

  @Test
  void encodePutsSpecialTokensAroundAndKeepsTheLeft() {
    assertArrayEquals(ids("[CLS]", "the", "play", "[SEP]"), tokenizer.encode("the plays", 4));
    assertArrayEquals(ids("[CLS]", "[SEP]"), tokenizer.encode("", 4));
    assertArrayEquals(ids("[CLS]", "[SEP]"), tokenizer.encode("the", 2));
    assertThrows(IllegalArgumentException.class, () -> tokenizer.encode("the", 1));
    assertArrayEquals(
        ids("[CLS]", "a", "[SEP]"), tokenizer.withSpecialTokens(ids("a", "the", "the"), 3));
  }

  @Test
  void bufferSaysWhetherTheTextWasCut() {
    TokenBuffer buffer = new TokenBuffer();
    assertFalse(tokenizer.tokens("the plays", 3, buffer));
    assertTrue(tokenizer.tokens("the plays", 2, buffer));
    assertArrayEquals(ids("the", "play", "##s", "the", "play"), buffer.toArray());
  }

  @Test
  void offsetsLeadIntoTheOriginalText() {
    Encoding encoding = tokenizer.encodeWithOffsets(" Café\u0000,中", 16);
    assertArrayEquals(ids("[CLS]", "caf", "##e", ",", "中", "[SEP]"), encoding.ids());
    assertArrayEquals(new int[] {0, 1, 4, 6, 7, 0}, encoding.starts());
    assertArrayEquals(new int[] {0, 4, 5, 7, 8, 0}, encoding.ends());
    assertArrayEquals(new int[] {1, 0, 0, 0, 0, 1}, encoding.special());
  }

  @Test
  void pairsHaveTwoTypesAndThreeSpecialTokens() {
    Encoding pair = tokenizer.encodePair("the play", "plays", 6, TruncationStrategy.LONGEST_FIRST);
    assertArrayEquals(ids("[CLS]", "the", "[SEP]", "play", "##s", "[SEP]"), pair.ids());
    assertArrayEquals(new int[] {0, 0, 0, 1, 1, 1}, pair.typeIds());
    assertArrayEquals(new int[] {1, 0, 1, 0, 0, 1}, pair.special());
  }

  @Test
  void halfASurrogatePairIsDropped() {
    assertTokens("th\ud83de", "the");
  }

  @Test
  void aVocabularyWithoutTheNeededTokensIsRefused() {
    Vocabulary vocabulary = Vocabulary.of(List.of("[UNK]", "[CLS]", "the"));
    IllegalArgumentException error =
        assertThrows(
            IllegalArgumentException.class,
            () -> BertTokenizer.of(vocabulary, TokenizerOptions.uncased()));
    assertEquals("the vocabulary of 3 tokens has no [SEP]", error.getMessage());
  }
}

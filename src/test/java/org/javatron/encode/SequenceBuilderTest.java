package org.javatron.encode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.javatron.data.TextRecord;
import org.javatron.tokenize.BertTokenizer;
import org.javatron.tokenize.TokenizerOptions;
import org.javatron.tokenize.Vocabulary;
import org.junit.jupiter.api.Test;

class SequenceBuilderTest {
  private static final BertTokenizer TOKENIZER =
      BertTokenizer.of(
          Vocabulary.of(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c")),
          TokenizerOptions.uncased());

  private static SequenceBuilder.Sequence build(
      String separator, int maxLength, String title, String text, int[] tokens) {
    return new SequenceBuilder(TOKENIZER, maxLength, separator)
        .build(new TextRecord("1", title, text, tokens));
  }

  @Test
  void theSeparatorBetweenTitleAndTextBecomesItsToken() {
    assertArrayEquals(new int[] {2, 5, 3, 6, 3}, build("[SEP]", 10, "a", "b", null).ids());
    assertArrayEquals(new int[] {2, 5, 6, 3}, build(" ", 10, "a", "b", null).ids());
  }

  @Test
  void anEmptyTitleKeepsTheSeparatorAsTheTutorialDoes() {
    assertArrayEquals(new int[] {2, 3, 6, 3}, build("[SEP]", 10, "", "b", null).ids());
  }

  @Test
  void aFormatWithoutTitlesHasNoSeparator() {
    assertArrayEquals(new int[] {2, 6, 3}, build("[SEP]", 10, null, "b", null).ids());
  }

  @Test
  void lengthCountsTheSpecialTokensAndTruncationIsSeen() {
    assertArrayEquals(new int[] {2, 5, 6, 3}, build(" ", 4, null, "a b", null).ids());
    assertEquals(false, build(" ", 4, null, "a b", null).truncated());
    assertArrayEquals(new int[] {2, 5, 6, 3}, build(" ", 4, null, "a b c", null).ids());
    assertEquals(true, build(" ", 4, null, "a b c", null).truncated());
  }

  @Test
  void tokenisedTextsOnlyGetTheSpecialTokens() {
    SequenceBuilder.Sequence sequence = build("[SEP]", 4, null, null, new int[] {7, 6, 5});
    assertArrayEquals(new int[] {2, 7, 6, 3}, sequence.ids());
    assertEquals(true, sequence.truncated());
  }
}

package org.javatron.tokenize;

import static org.javatron.tokenize.Golden.ints;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Awkward strings: ids and offsets as Hugging Face tokenizers gave them. */
class GoldenTest {
  private static int[] codePoints(String text, int[] offsets) {
    return Arrays.stream(offsets)
        .skip(1)
        .limit(offsets.length - 2)
        .map(o -> Encoding.toCodePoints(text, o))
        .toArray();
  }

  @Test
  void awkwardTexts() throws IOException {
    for (Map.Entry<String, TokenizerOptions> kind : Golden.kinds().entrySet()) {
      BertTokenizer tokenizer = BertTokenizer.of(Golden.vocabulary(), kind.getValue());
      JsonNode cases = Golden.cases().get("texts").get(kind.getKey());
      assertEquals(26, cases.size());
      for (JsonNode each : cases) {
        String text = each.get("text").textValue();
        String where = kind.getKey() + ": " + text;
        int[] ids = ints(each.get("ids"));
        assertArrayEquals(ids, tokenizer.tokens(text, 10_000), where);
        Encoding encoding = tokenizer.encodeWithOffsets(text, 10_000);
        assertArrayEquals(tokenizer.encode(text, 10_000), encoding.ids(), where);
        assertArrayEquals(ints(each.get("starts")), codePoints(text, encoding.starts()), where);
        assertArrayEquals(ints(each.get("ends")), codePoints(text, encoding.ends()), where);
        for (int most = 0; most <= ids.length; most++) {
          assertArrayEquals(Arrays.copyOf(ids, most), tokenizer.tokens(text, most), where);
        }
      }
    }
  }

  @Test
  void aTurkishLocaleChangesNothing() throws IOException {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr-TR"));
    try {
      awkwardTexts();
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void pairs() throws IOException {
    BertTokenizer tokenizer = BertTokenizer.of(Golden.vocabulary(), TokenizerOptions.uncased());
    int refused = 0;
    for (JsonNode each : Golden.cases().get("pairs")) {
      String first = each.get("first").textValue();
      String second = each.get("second").textValue();
      int length = each.get("max_length").intValue();
      TruncationStrategy strategy =
          TruncationStrategy.valueOf(each.get("strategy").textValue().toUpperCase(Locale.ROOT));
      if (each.has("refused")) {
        refused++;
        assertThrows(
            IllegalArgumentException.class,
            () -> tokenizer.encodePair(first, second, length, strategy));
        continue;
      }
      Encoding encoding = tokenizer.encodePair(first, second, length, strategy);
      assertArrayEquals(ints(each.get("ids")), encoding.ids(), each.toString());
      assertArrayEquals(ints(each.get("types")), encoding.typeIds(), each.toString());
      assertArrayEquals(ints(each.get("special")), encoding.special(), each.toString());
    }
    assertEquals(2, refused);
  }
}

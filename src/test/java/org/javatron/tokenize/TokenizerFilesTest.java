package org.javatron.tokenize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.javatron.io.InputException;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerFilesTest {
  private static final String BERT =
      """
      {"added_tokens": [{"id": 3, "content": "[SEP]", "special": true, "normalized": false},
                        {"id": 7, "content": "[Q]", "lstrip": true, "normalized": false}],
       "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": false,
                      "strip_accents": null, "lowercase": %s},
       "pre_tokenizer": {"type": "BertPreTokenizer"},
       "model": {"type": "%s", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                 "max_input_chars_per_word": 4,
                 "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "the": 4, "The": 5, "é": 6}}}
      """;

  @TempDir Path folder;

  private void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private int[] tokens(String text) throws IOException {
    return BertTokenizer.load(folder).tokens(text, 100);
  }

  private void assertRefused(String... parts) {
    String message =
        assertThrows(InputException.class, () -> BertTokenizer.load(folder)).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  @Test
  void aVocabularyAloneIsUncasedBert() throws IOException {
    write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nThe\r\n\n");
    BertTokenizer tokenizer = BertTokenizer.load(folder);
    assertEquals(TokenizerOptions.uncased(), tokenizer.options());
    assertEquals(8, tokenizer.vocabulary().size());
    assertEquals(6, tokenizer.vocabulary().id("The"));
    assertEquals(-1, tokenizer.vocabulary().id(""));
    assertArrayEquals(new int[] {5, 4}, tokenizer.tokens("The[MASK]", 9));
    assertEquals(4, tokenizer.maskId());
    assertEquals(0, tokenizer.paddingId());
  }

  @Test
  void tokenizerJsonSaysHow() throws IOException {
    write("tokenizer.json", BERT.formatted("false", "WordPiece"));
    assertArrayEquals(new int[] {5, 6, 1, 7, 3}, tokens("The é thesis  [Q][SEP]"));
    BertTokenizer tokenizer = BertTokenizer.load(folder);
    assertFalse(tokenizer.options().spaceChinese() || tokenizer.options().stripAccents());
    assertEquals(8, tokenizer.vocabulary().size());
    assertEquals("[Q]", tokenizer.vocabulary().token(7));
  }

  @Test
  void tokenizerConfigOverridesIt() throws IOException {
    write("tokenizer.json", BERT.formatted("false", "WordPiece"));
    write(
        "tokenizer_config.json",
        """
        {"do_lower_case": true, "strip_accents": false, "model_max_length": 256,
         "cls_token": {"content": "the"}}
        """);
    assertArrayEquals(new int[] {4, 6}, tokens("THE É"));
    BertTokenizer tokenizer = BertTokenizer.load(folder);
    assertEquals(256, tokenizer.options().maxLength());
    assertArrayEquals(new int[] {4, 3}, tokenizer.encode("", 9));
    write("tokenizer_config.json", "{\"model_max_length\": 1000000000000000019884624838656}");
    assertEquals(Integer.MAX_VALUE, BertTokenizer.load(folder).options().maxLength());
  }

  @Test
  void specialTokensMapNamesOtherTokens() throws IOException {
    write("vocab.txt", "<pad>\n<unk>\n<s>\n</s>\nthe\n");
    write(
        "special_tokens_map.json",
        """
        {"unk_token": "<unk>", "cls_token": "<s>", "sep_token": {"content": "</s>"}, "pad_token": "<pad>"}
        """);
    assertArrayEquals(
        new int[] {2, 4, 3, 1, 3}, BertTokenizer.load(folder).encode("the</s> it", 9));
  }

  @Test
  void otherTokenizersAreRefusedInASentence() throws IOException {
    write("tokenizer.json", BERT.formatted("true", "BPE"));
    assertRefused("tokenizer.json has a model of type BPE", "WordPiece");
    write("tokenizer.json", BERT.formatted("true", "WordPiece").replace("BertNormalizer", "NFKC"));
    assertRefused("a normalizer of type NFKC");
    write("tokenizer.json", BERT.formatted("true", "WordPiece").replace("BertPre", "Digits"));
    assertRefused("a pre_tokenizer of type DigitsTokenizer");
    write("tokenizer.json", BERT.formatted("true", "WordPiece").replace("normalizer\"", "x\""));
    assertRefused("a normalizer of type none");
    Files.delete(folder.resolve("tokenizer.json"));
    write("tokenizer_config.json", "{\"tokenizer_class\": \"RobertaTokenizer\"}");
    assertRefused("tokenizer_config.json names RobertaTokenizer");
  }

  @Test
  void brokenFilesAreNamedWithWhatIsWrong() throws IOException {
    assertRefused("has neither a vocab.txt nor a tokenizer.json");
    write("tokenizer.json", "{\"model\": \n oops}");
    assertRefused("tokenizer.json is not JSON (line 2");
    write("tokenizer.json", "[]");
    assertRefused("tokenizer.json is not a JSON object");
    write("tokenizer.json", BERT.formatted("true", "WordPiece").replace("\"é\": 6", "\"é\": -6"));
    assertRefused("gives a token the id -6");
    write("tokenizer.json", BERT.formatted("true", "WordPiece").replace("\"[CLS]\": 2,", ""));
    assertRefused(folder.toString(), "has no [CLS]");
    write(
        "tokenizer.json",
        BERT.formatted("true", "WordPiece").replace("\"id\": 7", "\"id\": 2000000000"));
    assertRefused(folder.toString(), "an added token has the id 2000000000");
    Files.delete(folder.resolve("tokenizer.json"));
    write("vocab.txt", "\n\n");
    assertRefused("vocab.txt holds no token");
    write("vocab.txt", "");
    assertRefused("vocab.txt holds no token");
  }

  @Test
  @Tag("peers")
  void aRealCheckpointsFiles() throws IOException {
    BertTokenizer tokenizer = BertTokenizer.load(Peers.miniLm());
    TokenizerOptions uncased = TokenizerOptions.uncased();
    assertEquals(uncased, tokenizer.options().withAddedTokens(uncased.addedTokens()));
    assertEquals(30_522, tokenizer.vocabulary().size());
    assertEquals(100, tokenizer.unknownId());
    assertArrayEquals(
        new int[] {101, 2054, 2003, 1037, 4880, 2099, 13007, 1029, 102},
        tokenizer.encode("What is a caper bud?", 32));
  }
}

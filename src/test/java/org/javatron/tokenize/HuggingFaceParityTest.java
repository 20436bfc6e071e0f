package org.javatron.tokenize;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.javatron.io.TextFiles;
import org.javatron.testing.Peers;
import org.javatron.testing.SharedData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same ids and offsets as Hugging Face tokenizers, run beside us. */
class HuggingFaceParityTest {
  private static final TokenizerOptions UNCASED = TokenizerOptions.uncased();
  private static final TokenizerOptions CASED = TokenizerOptions.cased();

  @TempDir Path folder;

  private HuggingFace peer() throws IOException {
    return new HuggingFace(folder, Peers.miniLm().resolve("vocab.txt"));
  }

  private static List<TokenizerOptions> kinds() {
    return List.of(
        UNCASED,
        CASED,
        UNCASED.withStripAccents(false),
        CASED.withStripAccents(true),
        UNCASED.withSpaceChinese(false),
        UNCASED.withCleanText(false));
  }

  @Test
  @Tag("peers")
  void everyCodePointOfUnicode() throws IOException {
    List<String> texts = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
        // Alone, and inside a word that a removed or splitting character changes.
        text.appendCodePoint(c).append(" a").appendCodePoint(c).append("b e\u0301");
        text.appendCodePoint(c).append("\u0316 ");
      }
      if (c % 64 == 63) {
        texts.add(text.toString());
        text.setLength(0);
      }
    }
    for (TokenizerOptions options : kinds()) {
      peer().assertSame(options, texts);
    }
  }

  @Test
  @Tag("peers")
  @Tag("real-data")
  void linesInAllLanguages() throws IOException {
    List<String> lines = new ArrayList<>();
    Path file = SharedData.path("tokenizer-golden/udhr-multilingual.txt.gz");
    try (BufferedReader in = TextFiles.reader(file)) {
      in.lines().forEach(lines::add);
    }
    assertEquals(35_870, lines.size());
    for (TokenizerOptions options : kinds()) {
      peer().assertSame(options, lines);
    }
  }

  @Test
  @Tag("real-data")
  void squadQuestions() throws IOException {
    ObjectMapper json = new ObjectMapper();
    JsonNode questions;
    JsonNode ids;
    Path data = SharedData.path("tokenizer-golden");
    try (InputStream in = TextFiles.open(data.resolve("squad-questions.json.gz"));
        InputStream in2 = TextFiles.open(data.resolve("squad-questions.wordpieces.json.gz"))) {
      questions = json.readTree(in);
      ids = json.readTree(in2);
    }
    Vocabulary vocabulary = Vocabulary.read(SharedData.path("vocab/bert-base-uncased.txt"));
    BertTokenizer tokenizer = BertTokenizer.of(vocabulary, UNCASED);
    int mismatches = 0;
    for (int i = 0; i < questions.size(); i++) {
      int[] expected = json.convertValue(ids.get(i), int[].class);
      int[] actual = tokenizer.tokens(questions.get(i).get("original").asText(), 512);
      mismatches += java.util.Arrays.equals(expected, actual) ? 0 : 1;
    }
    assertEquals(10_570, questions.size());
    assertEquals(0, mismatches);
  }

  @Test
  @Tag("peers")
  void randomTexts() throws IOException {
    List<String> texts = new RandomTexts(1).next(20_000);
    for (TokenizerOptions options : kinds()) {
      peer().assertSame(options, texts);
    }
  }

  @Test
  @Tag("peers")
  @Tag("slow")
  void aMillionRandomTexts() throws IOException {
    RandomTexts texts = new RandomTexts(2);
    for (int round = 0; round < 10; round++) {
      peer().assertSame(round % 2 == 0 ? UNCASED : CASED, texts.next(100_000));
    }
  }

  @Test
  @Tag("peers")
  void randomTextsInTurkey() throws IOException {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr-TR"));
    try {
      peer().assertSame(UNCASED, new RandomTexts(3).next(5_000));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  @Tag("peers")
  void addedTokensOfEveryKind() throws IOException {
    HuggingFace peer = peer();
    Vocabulary vocabulary = peer.vocabulary();
    int next = vocabulary.size();
    List<AddedToken> added = new ArrayList<>(UNCASED.addedTokens());
    List<Map<String, Object>> theirs = new ArrayList<>();
    Object[][] kinds = {
      {"[Q]", false, false, false, false},
      {"ana", true, false, false, false},
      {"<L>", false, true, false, false},
      {"<R>", false, false, true, false},
      {"<B>", true, true, true, false},
      {"[QQ]", false, false, false, false},
      {"Éa", false, false, false, true},
      {"ba", true, true, true, true},
    };
    for (Object[] k : kinds) {
      int known = vocabulary.id((String) k[0]);
      added.add(
          new AddedToken(
              (String) k[0],
              known >= 0 ? known : next++,
              (boolean) k[1],
              (boolean) k[2],
              (boolean) k[3],
              (boolean) k[4]));
      theirs.add(
          Map.of(
              "content",
              k[0],
              "single_word",
              k[1],
              "lstrip",
              k[2],
              "rstrip",
              k[3],
              "normalized",
              k[4]));
    }
    Random random = new Random(4);
    String[] parts = {
      "[Q]", "[QQ]", "ana", "<L>", "<R>", "<B>", "Éa", "éa", "EA", "ea", "ba", "BA", " ", "  ",
      "\t", "x", "ß", "[", "Q]", "_", "\u0301", "中", "[SEP]", "a", "n", "-", "9", "\u00a0"
    };
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int k = random.nextInt(10); k >= 0; k--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      texts.add(text.toString());
    }
    for (int most : new int[] {6, kinds.length}) {
      // The first six are sought in the raw text only, which takes the way of one pass.
      List<AddedToken> some = added.subList(0, UNCASED.addedTokens().size() + most);
      Map<String, Object> options = peer.options(UNCASED);
      options.put("added", theirs.subList(0, most));
      BertTokenizer ours = BertTokenizer.of(peer.vocabulary(), UNCASED.withAddedTokens(some));
      peer.assertSame(ours, options, texts);
    }
  }

  @Test
  @Tag("peers")
  void pairsCutByEveryStrategy() throws IOException {
    Random random = new Random(5);
    List<String[]> pairs = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      pairs.add(
          new String[] {
            "the ".repeat(8 + random.nextInt(40)), "playing ".repeat(8 + random.nextInt(40))
          });
    }
    HuggingFace peer = peer();
    for (int maxLength : new int[] {3, 4, 20, 51}) {
      peer.assertSamePairs(pairs, maxLength, TruncationStrategy.LONGEST_FIRST);
    }
    // Strategies that cut one side need it long enough.
    peer.assertSamePairs(pairs, 3 + 47 + 1, TruncationStrategy.ONLY_FIRST);
    peer.assertSamePairs(pairs, 3 + 47 + 1, TruncationStrategy.ONLY_SECOND);
  }
}

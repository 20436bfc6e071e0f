package org.javatron.tokenize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.BufferedWriter;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.javatron.testing.Peers;

/** Asks Hugging Face tokenizers for the tokens of texts and compares ours with them. */
final class HuggingFace {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final Path vocabTxt;

  HuggingFace(Path folder, Path vocabTxt) {
    this.folder = folder;
    this.vocabTxt = vocabTxt;
  }

  Vocabulary vocabulary() throws IOException {
    return Vocabulary.read(vocabTxt);
  }

  /** Options as the Python side names them. */
  Map<String, Object> options(TokenizerOptions options) {
    Map<String, Object> map = new TreeMap<>();
    map.put("vocab", vocabTxt.toString());
    map.put("lowercase", options.lowercase());
    map.put("strip_accents", options.stripAccents());
    map.put("clean_text", options.cleanText());
    map.put("chinese", options.spaceChinese());
    return map;
  }

  /** Ids and offsets of every text must be the peer's. */
  void assertSame(TokenizerOptions ours, List<String> texts) throws IOException {
    assertSame(BertTokenizer.of(vocabulary(), ours), options(ours), texts);
  }

  void assertSame(BertTokenizer tokenizer, Map<String, Object> options, List<String> texts)
      throws IOException {
    TokenBuffer buffer = new TokenBuffer();
    try (DataInputStream answers = ask(options, texts)) {
      for (String text : texts) {
        int n = readInt(answers);
        int[] ids = readInts(answers, n);
        int[] starts = readInts(answers, n);
        int[] ends = readInts(answers, n);
        buffer.clear();
        tokenizer.tokens(text, Integer.MAX_VALUE, buffer);
        assertSame(text, "ids", ids, buffer.toArray());
        Encoding encoding = tokenizer.encodeWithOffsets(text, Integer.MAX_VALUE);
        assertSame(text, "ids beside the offsets", ids, inner(encoding.ids()));
        assertSame(text, "starts", starts, codePoints(text, inner(encoding.starts())));
        assertSame(text, "ends", ends, codePoints(text, inner(encoding.ends())));
      }
      assertEquals(-1, answers.read(), "answers beyond the last text");
    }
  }

  /** Pairs, special tokens around, cut to a length. */
  void assertSamePairs(List<String[]> pairs, int maxLength, TruncationStrategy strategy)
      throws IOException {
    TokenizerOptions ours = TokenizerOptions.uncased();
    BertTokenizer tokenizer = BertTokenizer.of(vocabulary(), ours);
    Map<String, Object> options = options(ours);
    options.put("max_length", maxLength);
    options.put("strategy", strategy.name().toLowerCase(java.util.Locale.ROOT));
    try (DataInputStream answers = ask(options, pairs)) {
      for (String[] pair : pairs) {
        int n = readInt(answers);
        String text = String.join(" | ", pair) + " " + strategy + " " + maxLength;
        Encoding encoding = tokenizer.encodePair(pair[0], pair[1], maxLength, strategy);
        assertSame(text, "ids", readInts(answers, n), encoding.ids());
        assertSame(text, "starts", readInts(answers, n), encoding.starts());
        assertSame(text, "ends", readInts(answers, n), encoding.ends());
        assertSame(text, "types", readInts(answers, n), encoding.typeIds());
      }
    }
  }

  private DataInputStream ask(Map<String, Object> options, List<?> texts) throws IOException {
    Path optionsFile = folder.resolve("options.json");
    Path textsFile = folder.resolve("texts.jsonl");
    Path answersFile = folder.resolve("answers.bin");
    JSON.writeValue(optionsFile.toFile(), options);
    try (BufferedWriter out = Files.newBufferedWriter(textsFile)) {
      for (Object text : texts) {
        out.write(JSON.writeValueAsString(text));
        out.write('\n');
      }
    }
    Peers.run("src/test/python/hf_tokenizer.py", optionsFile, textsFile, answersFile);
    return new DataInputStream(new BufferedInputStream(Files.newInputStream(answersFile), 1 << 16));
  }

  private static int readInt(DataInputStream in) throws IOException {
    return Integer.reverseBytes(in.readInt());
  }

  private static int[] readInts(DataInputStream in, int n) throws IOException {
    int[] values = new int[n];
    for (int i = 0; i < n; i++) {
      values[i] = readInt(in);
    }
    return values;
  }

  private static int[] inner(int[] values) {
    return Arrays.copyOfRange(values, 1, values.length - 1);
  }

  private static int[] codePoints(String text, int[] offsets) {
    if (text.length() == text.codePointCount(0, text.length())) {
      return offsets;
    }
    return Arrays.stream(offsets).map(o -> Encoding.toCodePoints(text, o)).toArray();
  }

  private static void assertSame(String text, String what, int[] expected, int[] actual) {
    if (!Arrays.equals(expected, actual)) {
      StringBuilder shown = new StringBuilder();
      text.codePoints().forEach(c -> shown.append(Integer.toHexString(c)).append(' '));
      fail(
          "%s of '%s' (%s): expected %s, got %s"
              .formatted(what, text, shown, Arrays.toString(expected), Arrays.toString(actual)));
    }
  }
}

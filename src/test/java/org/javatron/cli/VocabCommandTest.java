package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VocabCommandTest {
  private static final String ALL = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##a\n##b\nab\nba\n";

  @TempDir Path folder;
  private Path output;

  @BeforeEach
  void files() {
    output = folder.resolve("vocab.txt");
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private CliResult vocab(Path corpus, Object... more) {
    Object[] words = {"vocab", "--corpus", corpus, "--output", output};
    Object[] all = java.util.Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return CliResult.of(all);
  }

  @Test
  void writesAPieceALineAndSaysWhatItFound() throws IOException {
    CliResult result = vocab(write("q.tsv", "1\tab ab Ba\n2\tba ab\n"), "--json");
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(ALL, Files.readString(output));
    JsonNode answer = new ObjectMapper().readTree(result.out());
    assertEquals(11, answer.get("pieces").asInt());
    assertEquals(5, answer.get("words").asInt());
    assertEquals(2, answer.get("distinct_words").asInt());
    assertEquals(2, answer.get("least_frequency").asInt());
    List<String> said = result.err().lines().toList();
    assertTrue(
        said.get(0)
            .startsWith(
                "vocab: 11 pieces of 5 words (2 distinct), 2 characters kept and 0 left out, the"
                    + " last pair merged came 2 times, "),
        result.err());
    assertEquals(
        "vocab: no more pairs come 2 times, so there are fewer pieces than the 8000 asked for",
        said.get(1));
  }

  @Test
  void titlesPassagesQueriesAndSpansAllCount() throws IOException {
    Path titled = write("c.tsv", "1\tab\tba\n2\t\tba\n");
    Path spans = folder.resolve("spans.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(spans))) {
      out.write("{\"spans\": [\"ab\", \"\"], \"id\": 1}\n".getBytes(StandardCharsets.UTF_8));
      out.write("{\"spans\": [\"ab ba\"]}\n".getBytes(StandardCharsets.UTF_8));
    }
    Path queries = write("q.jsonl", "{\"_id\": \"1\", \"text\": \"ab\"}\n");
    CliResult result =
        CliResult.of("vocab", "--corpus", titled, spans, queries, "--output", output);
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.err().contains("of 7 words (2 distinct)"), result.err());
    assertEquals(ALL, Files.readString(output));
  }

  @Test
  void optionsDecide() throws IOException {
    Path corpus = write("q.tsv", "1\tab ab Ba é\n");
    vocab(corpus, "--cased", "--min-frequency", 3);
    assertEquals(
        "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nB\na\nb\né\n##a\n##b\n", Files.readString(output));
    vocab(corpus, "--force", "--limit-alphabet", 2, "--initial-alphabet", "z");
    assertEquals("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nz\n##a\n", Files.readString(output));
    vocab(corpus, "--force", "--size", 11);
    assertEquals(11, Files.readAllLines(output).size());
  }

  @Test
  void aNameThatEndsInGzIsCompressed() throws IOException {
    output = folder.resolve("vocab.txt.gz");
    vocab(write("q.tsv", "1\tab ab ba\n2\tba ab\n"));
    try (var in = new GZIPInputStream(Files.newInputStream(output))) {
      assertEquals(ALL, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void limitsBelowOneAreUsageErrors() throws IOException {
    Path corpus = write("q.tsv", "1\tab\n");
    for (String option : List.of("--size", "--min-frequency", "--limit-alphabet")) {
      CliResult result = vocab(corpus, option, 0);
      assertEquals(2, result.exitCode());
      assertEquals(
          "javatron vocab: " + option + " must be 1 or more, not 0",
          result.err().lines().findFirst().get());
    }
  }

  @Test
  void aSizeThatTheAlphabetFillsIsRefused() throws IOException {
    CliResult result = vocab(write("q.tsv", "1\tab\n"), "--size", 6);
    assertEquals(1, result.exitCode());
    assertEquals(
        "javatron vocab: 6 pieces are too few: the special tokens and an alphabet of 2 characters,"
            + " at a word's beginning and inside, are 8; raise --size or lower --limit-alphabet\n",
        result.err());
    assertFalse(Files.exists(output));
  }

  @Test
  void tokenIdsAreNoTexts() throws IOException {
    Path corpus = write("t.jsonl", "{\"text_id\": \"a\", \"text\": [9]}\n");
    CliResult result = vocab(corpus);
    assertEquals(1, result.exitCode());
    assertEquals(
        "javatron vocab: " + corpus + ":1: expected a text, found token ids\n", result.err());
  }

  @Test
  void aBadDocumentNamesItsLine() throws IOException {
    for (String bad :
        List.of("{\"spans\": \"ab\"}", "{\"span\": []}", "[\"ab\"]", "{\"spans\": [1]}")) {
      Path corpus = write("s.jsonl", "{\"spans\": [\"ab\"]}\n" + bad + "\n");
      CliResult result = vocab(corpus);
      assertEquals(1, result.exitCode());
      assertEquals(
          "javatron vocab: "
              + corpus
              + ":2: expected an object with \"spans\", an array of strings, found none\n",
          result.err());
    }
    Path corpus = write("s.jsonl", "{\"spans\": [\"ab\"]}\n{\"spans\": [\"ab\"\n");
    assertTrue(
        vocab(corpus).err().contains(":2: expected a JSON object, found something else at column"),
        vocab(corpus).err());
    corpus = write("s.jsonl", "{\"spans\": [\"ab\"]}\n{\"spans\": [\"ab\"]} {}\n");
    assertEquals(
        "javatron vocab: " + corpus + ":2: expected one JSON object a line, found more\n",
        vocab(corpus).err());
    assertFalse(Files.exists(output));
  }

  @Test
  void anOutputThatIsThereStaysUnlessForced() throws IOException {
    output = write("q.tsv", "1\tab\n");
    CliResult result = vocab(output);
    assertEquals(1, result.exitCode());
    assertEquals(
        "javatron vocab: " + output + " exists already: replace it with --force\n", result.err());
  }
}

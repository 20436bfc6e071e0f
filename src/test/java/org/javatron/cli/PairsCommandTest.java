package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairsCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private Path output;

  @BeforeEach
  void files() {
    output = folder.resolve("rows.jsonl");
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private CliResult pairs(String option, Path input, Object... more) {
    Object[] words = {"pairs", option, input, "--output", output};
    Object[] all = java.util.Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return CliResult.of(all);
  }

  private List<JsonNode> rows() throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(output)) {
      rows.add(JSON.readTree(line));
    }
    return rows;
  }

  @Test
  void aTitleIsTheQueryOfItsPassage() throws IOException {
    Path corpus = write("c.tsv", "7\tCaper\tIt \"grows\" é.\n8\t\tNo title.\n9\tB\t \n");
    CliResult result = pairs("--corpus", corpus, "--query-sentence", 0, "--json");
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(
        "{\"query_id\": \"7\", \"query\": \"Caper\", \"positives\": [\"It \\\"grows\\\" \\u00e9.\"], \"negatives\": []}\n",
        Files.readString(output));
    JsonNode answer = JSON.readTree(result.out());
    assertEquals(1, answer.get("rows").asInt());
    assertEquals(1, answer.get("titles").asInt());
    assertEquals(2, answer.get("skipped").asInt());
    assertTrue(
        result
            .err()
            .startsWith("pairs: 1 rows (query a title 1, a span 0, a sentence 0), 2 skipped, "),
        result.err());
  }

  @Test
  void spansOfADocumentAreQueriesOfEachOther() throws IOException {
    Path spans =
        write("s.jsonl", "{\"spans\": [\"a\", \"b\"]}\n{\"spans\": [\"c\"]}\n{\"spans\": []}\n");
    Path more = folder.resolve("more.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(more))) {
      out.write("{\"spans\": [\"d\", \"e\"]}\n".getBytes(StandardCharsets.UTF_8));
    }
    CliResult result =
        CliResult.of("pairs", "--spans", spans, more, "--output", output, "--query-sentence", "0");
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(
        result
            .err()
            .startsWith("pairs: 4 rows (query a title 0, a span 4, a sentence 0), 2 skipped, "),
        result.err());
    assertEquals(
        List.of("0-0 b a", "0-1 a b", "3-0 e d", "3-1 d e"),
        rows().stream()
            .map(
                row ->
                    row.get("query_id").asText()
                        + " "
                        + row.get("query").asText()
                        + " "
                        + row.get("positives").get(0).asText())
            .toList());
  }

  @Test
  void aSeedGivesTheSameRowsAgainAndAnotherSeedOthers() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      lines
          .append(i)
          .append("\tThe first one has words. The second one has more. Third is it now.\n");
    }
    Path corpus = write("c.tsv", lines.toString());
    pairs("--corpus", corpus);
    String first = Files.readString(output);
    assertEquals(40, first.lines().count());
    pairs("--corpus", corpus, "--force");
    assertEquals(first, Files.readString(output));
    pairs("--corpus", corpus, "--force", "--seed", 43);
    assertNotEquals(first, Files.readString(output));
  }

  @Test
  void aNameThatEndsInGzIsCompressed() throws IOException {
    Path corpus = write("c.tsv", "7\tCaper\tIt grows.\n");
    pairs("--corpus", corpus);
    String plain = Files.readString(output);
    output = folder.resolve("rows.jsonl.gz");
    pairs("--corpus", corpus);
    try (InputStream in = new GZIPInputStream(Files.newInputStream(output))) {
      assertEquals(plain, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void wrongOptionsAreUsageErrors() throws IOException {
    Path corpus = write("c.tsv", "7\tCaper\tIt grows.\n");
    for (Object[] wrong :
        new Object[][] {
          {"--query-sentence", "1.5", "--query-sentence must be between 0 and 1, not 1.5"},
          {"--keep-sentence", "NaN", "--keep-sentence must be between 0 and 1, not NaN"},
          {"--query-words", "3", "--query-words must be 4 or more, not 3"}
        }) {
      CliResult result = pairs("--corpus", corpus, wrong[0], wrong[1]);
      assertEquals(2, result.exitCode());
      assertEquals("javatron pairs: " + wrong[2], result.err().lines().findFirst().get());
    }
    CliResult result = pairs("--corpus", corpus, "--spans", corpus);
    assertEquals(2, result.exitCode(), result.err());
    assertEquals(2, CliResult.of("pairs", "--output", output).exitCode());
  }

  @Test
  void tokenIdsAreNoTexts() throws IOException {
    Path corpus = write("t.jsonl", "{\"text_id\": \"a\", \"text\": [9]}\n");
    CliResult result = pairs("--corpus", corpus);
    assertEquals(1, result.exitCode());
    assertEquals(
        "javatron pairs: " + corpus + ":1: expected a text, found token ids\n", result.err());
    assertFalse(Files.exists(output));
  }

  @Test
  void aBadLineNamesItselfAndLeavesNoOutput() throws IOException {
    Path spans = write("s.jsonl", "{\"spans\": [\"a\", \"b\"]}\n{\"text\": \"a\"}\n");
    CliResult result = pairs("--spans", spans);
    assertEquals(1, result.exitCode());
    assertEquals(
        "javatron pairs: "
            + spans
            + ":2: expected an object with \"spans\", an array of strings, found none\n",
        result.err());
    assertFalse(Files.exists(output));
  }

  @Test
  void anOutputThatIsThereStaysUnlessForced() throws IOException {
    output = write("c.tsv", "7\tCaper\tIt grows.\n");
    CliResult result = pairs("--corpus", output);
    assertEquals(1, result.exitCode());
    assertEquals(
        "javatron pairs: " + output + " exists already: replace it with --force\n", result.err());
  }
}

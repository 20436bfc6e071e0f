package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildTrainCommandTest {
  /** What the negatives below give: positives in the order of the qrels. */
  private static final String ROWS =
      "{\"query\": [20], \"positives\": [[11], [10]], \"negatives\": [[14], [15]]}\n"
          + "{\"query\": [22], \"positives\": [[13]], \"negatives\": [[10]]}\n";

  @TempDir Path folder;
  private SmallCollection data;

  @BeforeEach
  void collection() throws IOException {
    data = new SmallCollection(folder);
  }

  @Test
  void negativesAndTriplesGiveTheSameRows() throws IOException {
    Path negatives = data.write("n.tsv", "q0\tp4,p5\nq2\tp0\n");
    CliResult result = data.run("build-train", "--negatives-file", negatives);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(ROWS, data.shard("split00.json"));
    assertTrue(
        result.out().startsWith(data.output + ": 2 rows in 1 files, 3 positives, 3 negatives, "),
        result.out());
    assertTrue(
        result
            .err()
            .contains(
                "note: 1 judged queries that the negatives' source does not name, such as q1\n"),
        result.err());
    assertTrue(
        result.err().contains("note: 2 queries with fewer negatives than asked for, such as q0\n"),
        result.err());
    for (String end : List.of("\r\n", "\n")) {
      Path triples =
          data.write("t.tsv", String.join(end, "q0\tp1\tp4", "q0\tp1\tp5", "q2\tp3\tp0", ""));
      result = data.run("build-train", "--negatives-file", triples, "--force");
      assertEquals(0, result.exitCode(), result.err());
      assertEquals(ROWS, data.shard("split00.json"));
    }
    try (Stream<Path> files = Files.list(data.output)) {
      assertEquals(1, files.count(), "temporary files are left");
    }
  }

  @Test
  void withoutAFileRowsHaveTheNegativesOfTheirBatch() throws IOException {
    CliResult result = data.run("build-train");
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(
        "{\"query\": [20], \"positives\": [[11], [10]], \"negatives\": []}\n"
            + "{\"query\": [21], \"positives\": [[12]], \"negatives\": []}\n"
            + "{\"query\": [22], \"positives\": [[13]], \"negatives\": []}\n",
        data.shard("split00.json"));
    assertFalse(result.err().contains("note"), result.err());
  }

  @Test
  void rawRowsHoldTextsWithTheirTitles() throws IOException {
    Path corpus =
        data.write("c.jsonl", "{\"_id\": \"p2\", \"title\": \"\", \"text\": \"caf\u00e9\"}\n");
    Path queries = data.write("q.jsonl", "{\"_id\": \"q1\", \"text\": \"say \\\"v1\\\"\"}\n");
    CliResult result =
        data.run("build-train", "--raw", "--corpus", corpus, "--queries", queries, "--json");
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(
        "{\"query_id\": \"q1\", \"query\": \"say \\\"v1\\\"\","
            + " \"positives\": [\"[SEP]caf\\u00e9\"], \"negatives\": []}\n",
        data.shard("split00.json"));
    JsonNode answer = new ObjectMapper().readTree(result.out());
    assertEquals(1, answer.get("rows").intValue());
    assertEquals(2, answer.at("/findings/query_without_text/count").intValue());
    assertEquals("q0", answer.at("/findings/query_without_text/example").textValue());
  }

  @Test
  void lengthsAndShardsAsAsked() throws IOException {
    data.write("c.tsv", "p0\ty y w0\np2\tw2 y y y\np3\tw3 a b\n");
    data.write("q.tsv", "q1\tv1 a b c\nq2\tv2 a\n");
    CliResult result =
        data.run(
            "build-train", "--passage-max-length", 2, "--query-max-length", 3, "--shard-size", 1);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(
        "{\"query\": [21, 5, 6], \"positives\": [[12, 19]], \"negatives\": []}\n",
        data.shard("split00.json"));
    assertEquals(
        "{\"query\": [22, 5], \"positives\": [[13, 5]], \"negatives\": []}\n",
        data.shard("split01.json"));
    result = data.run("build-train", "--force");
    assertEquals(0, result.exitCode(), result.err());
    assertFalse(Files.exists(data.output.resolve("split01.json")), "a shard of the rows before");
  }

  @Test
  void whatHasNoRowIsCountedWithAnExample() throws IOException {
    data.write(
        "qrels.tsv",
        "q0\t0\tp9\t1\nq1\t0\tp8\t1\nq1\t0\tp2\t1\nq2\t0\tp3\t1\nq7\t0\tp1\t1\nq8\t0\tp1\t0\n");
    Path negatives =
        data.write("n.tsv", "q0\tp4\nq1\tp2,p9,p5\nq1\tp5\nq2\tp3\nq7\tp1\nq8\tp1\nq9\tp1\n");
    CliResult result = data.run("build-train", "--negatives-file", negatives);
    assertEquals(0, result.exitCode(), result.err());
    String row = "{\"query\": [21], \"positives\": [[12]], \"negatives\": [[15]]}\n";
    assertEquals(row + row, data.shard("split00.json"));
    assertEquals(
        """
        skipped: 2 queries without a relevant passage in the qrels, such as q8
        skipped: 1 queries without a text, such as q7
        skipped: 1 queries none of whose relevant passages is in the corpus, such as q0
        skipped: 1 queries without any negative, such as q2
        left out: 3 relevant passages that are not in the corpus, such as p9
        left out: 2 candidates that are relevant to their query, such as p2
        left out: 1 negatives that are not in the corpus, such as p9
        note: 2 queries with fewer negatives than asked for, such as q1
        note: 1 times that a query came again and got another row, such as q1
        """,
        result
            .err()
            .lines()
            .filter(line -> line.matches("(skipped|left out|note): .*"))
            .map(line -> line + "\n")
            .collect(Collectors.joining()));
  }

  @Test
  void drawsDependOnTheSeedAndTheQueryAlone() throws IOException {
    String all = IntStream.range(0, 400).mapToObj(i -> "n" + i).collect(Collectors.joining(","));
    StringBuilder corpus = new StringBuilder("p1\tw1\np2\tw2\np3\tw3\n");
    for (int i = 0; i < 400; i++) {
      corpus.append("n" + i + "\tt" + i + "\n");
    }
    data.write("c.tsv", corpus.toString());
    Path negatives = data.write("n.tsv", "q0\t" + all + "\nq1\t" + all + "\nq2\t" + all + "\n");
    List<String> rows = raw(negatives, "--threads", 3);
    assertEquals(rows, raw(negatives, "--threads", 1, "--seed", 42));
    assertNotEquals(rows, raw(negatives, "--seed", 43));
    Path turned = data.write("r.tsv", "q2\t" + all + "\nq0\t" + all + "\n");
    assertEquals(List.of(rows.get(2), rows.get(0)), raw(turned));
    JsonNode first = new ObjectMapper().readTree(rows.get(0)).get("negatives");
    JsonNode second = new ObjectMapper().readTree(rows.get(1)).get("negatives");
    assertEquals(30, first.size());
    assertNotEquals(first, second);
    List<String> texts = Stream.of(0, 1, 2).map(i -> first.get(i).textValue()).toList();
    assertNotEquals(List.of("t0", "t1", "t2"), texts, "drawn, not the first ones");
  }

  private List<String> raw(Path negatives, Object... more) throws IOException {
    Object[] words = {"--raw", "--force", "--negatives-file", negatives};
    Object[] all = java.util.Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    CliResult result = data.run("build-train", all);
    assertEquals(0, result.exitCode(), result.err());
    return Files.readAllLines(data.output.resolve("split00.json"));
  }

  @Test
  void oldRowsStayUnlessForced() throws IOException {
    Files.createDirectories(data.output);
    Files.writeString(data.output.resolve("split07.json"), "old");
    requireFails(
        1,
        data.output.resolve("split07.json") + " exists already: replace it with --force\n",
        data.run("build-train"));
    Path file = data.write("file", "");
    requireFails(
        1,
        file + " is a file; expected a folder to write to\n",
        data.run("build-train", "--output", file));
  }

  @Test
  void aFailureLeavesTheOldRows() throws IOException {
    assertEquals(0, data.run("build-train").exitCode());
    String before = data.shard("split00.json");
    Path negatives = data.write("n.tsv", "q0\tp4\nq1\tp4\tp5\n");
    requireFails(
        1,
        negatives + ":2: expected 2 tab-separated columns as in the first line, found 3\n",
        data.run("build-train", "--negatives-file", negatives, "--force"));
    assertEquals(before, data.shard("split00.json"));
    try (Stream<Path> files = Files.list(data.output)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void badFilesAreNamedWithTheirLine() throws IOException {
    Path one = data.write("one.tsv", "q0 p4\n");
    requireFails(
        1,
        one
            + ": expected negatives (query, tab, passages parted by commas) or triples (query,"
            + " positive, negative), found 1 column in the first line\n",
        data.run("build-train", "--negatives-file", one));
    Path empty = data.write("empty.tsv", "");
    requireFails(1, ", found no line\n", data.run("build-train", "--negatives-file", empty));
    Path hole = data.write("hole.tsv", "q0\tp4,,p5\n");
    requireFails(
        1,
        hole
            + ":1: expected passage ids parted by commas, found an empty one after 3 characters of"
            + " the list\n",
        data.run("build-train", "--negatives-file", hole));
    Path twice = data.write("twice.tsv", "p0\tw0\np1\tw1\np0\tw2\n");
    requireFails(
        1,
        twice + ":3: the id \"p0\" comes a second time\n",
        data.run("build-train", "--corpus", twice));
    Path tokens = data.write("t.jsonl", "{\"text_id\": \"p2\", \"text\": [7]}\n");
    requireFails(
        1,
        "the record p2 holds token ids, but rows of text need texts\n",
        data.run("build-train", "--raw", "--corpus", tokens));
  }

  @Test
  void tokenizedInputIsCutOnly() throws IOException {
    Path tokens = data.write("t.jsonl", "{\"text_id\": \"p2\", \"text\": [7, 8, 9]}\n");
    CliResult result = data.run("build-train", "--corpus", tokens, "--passage-max-length", 2);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(
        "{\"query\": [21], \"positives\": [[7, 8]], \"negatives\": []}\n",
        data.shard("split00.json"));
  }

  @Test
  void moreThanAHundredShardsAreRefused() throws IOException {
    StringBuilder negatives = new StringBuilder();
    for (int i = 0; i < 101; i++) {
      negatives.append("q0\tp4\n");
    }
    Path file = data.write("n.tsv", negatives.toString());
    requireFails(
        1,
        data.output
            + " would hold more than 100 files split00.json, split01.json, ...: write more rows to"
            + " each\n",
        data.run("build-train", "--negatives-file", file, "--shard-size", 1));
    assertFalse(Files.exists(data.output.resolve("split00.json")));
  }

  @Test
  void wrongUsageIsSaid() throws IOException {
    requireFails(2, "--negatives must be 0 or more, not -1", run("--negatives", -1));
    requireFails(2, "--shard-size must be 1 or more, not 0", run("--shard-size", 0));
    requireFails(2, "--relevance-level must be 1 or more, not 0", run("--relevance-level", 0));
    requireFails(2, "--query-max-length must be 1 or more, not 0", run("--query-max-length", 0));
    requireFails(
        2, "--passage-max-length must be 1 or more, not 0", run("--passage-max-length", 0));
    requireFails(2, "--cased and --strip-accents go with --vocab", run("--raw", "--cased"));
    requireFails(2, "mutually exclusive", run("--raw", "--vocab", data.vocab));
    requireFails(
        2,
        "missing one of (--model DIR | --vocab FILE | --raw)",
        CliResult.of(
            "build-train",
            "--queries",
            data.queries,
            "--qrels",
            data.qrels,
            "--corpus",
            data.corpus,
            "--output",
            data.output));
  }

  private CliResult run(Object... more) {
    return data.run("build-train", more);
  }

  private static void requireFails(int exitCode, String sentence, CliResult result) {
    assertEquals(exitCode, result.exitCode(), result.err());
    assertTrue(result.err().contains(sentence), result.err());
    assertEquals("", result.out());
  }
}

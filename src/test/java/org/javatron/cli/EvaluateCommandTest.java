package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateCommandTest {
  @TempDir Path folder;
  private Path run;
  private Path qrels;

  @BeforeEach
  void files() throws IOException {
    run = Files.writeString(folder.resolve("run.tsv"), "a\t9\t2.5\na\t1\t1.5\nx\t1\t1.5\n");
    qrels = Files.writeString(folder.resolve("qrels.tsv"), "a\t0\t1\t2\nb\t0\t2\t1\n");
  }

  @Test
  void printsATable() {
    CliResult result =
        CliResult.of("evaluate", "--run", run, "--qrels", qrels, "--metrics", "mrr@10,recall@1000");
    assertEquals(0, result.exitCode(), result.err());
    assertEquals("mrr@10         0.2500\nrecall@1000    0.5000\nqueries        2\n", result.out());
    assertEquals(
        "evaluate: judged queries that the run does not answer: 1 (they count 0)\n"
            + "evaluate: queries of the run without judgements: 1 (they do not count)\n"
            + "evaluate: queries with fewer than 1000 passages: 1\n",
        result.err());
  }

  @Test
  void printsJson() throws IOException {
    CliResult result =
        CliResult.of(
            "evaluate",
            "--run",
            run,
            "--qrels",
            qrels,
            "--only-retrieved",
            "--json",
            "--metrics",
            "mrr@10,ndcg@10");
    assertEquals(0, result.exitCode(), result.err());
    JsonNode answer = new ObjectMapper().readTree(result.out());
    assertEquals(0.5, answer.at("/metrics/mrr@10").asDouble());
    assertEquals(1 / 1.584962500721156, answer.at("/metrics/ndcg@10").asDouble(), 1e-12);
    assertEquals(1, answer.get("queries").asInt());
    assertEquals(1, answer.get("queries_not_in_run").asInt());
    assertEquals("tevatron", answer.get("run_format").asText());
  }

  @Test
  void theDefaultMetricsAreThoseOfTheField() {
    CliResult result = CliResult.of("evaluate", "--run", run, "--qrels", qrels);
    for (String metric : new String[] {"mrr@10", "recall@50", "recall@1000", "ndcg@10", "map"}) {
      assertTrue(result.out().contains(metric + " "), result.out());
    }
  }

  @Test
  void writesEachQuery() throws IOException {
    Path table = folder.resolve("out/queries.tsv");
    CliResult result =
        CliResult.of(
            "evaluate",
            "--run",
            run,
            "--qrels",
            qrels,
            "--metrics",
            "mrr,p@1",
            "--per-query",
            table);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals("query\tmrr\tprecision@1\na\t0.5\t0.0\nb\t0.0\t0.0\n", Files.readString(table));
  }

  @Test
  void theRelevanceLevelAndTheTieRuleAreOptions() throws IOException {
    Files.writeString(run, "a\t1\t1.5\na\t9\t1.5\n");
    assertFirst("0.2500", "--relevance-level", "2");
    assertFirst("0.0000", "--relevance-level", "3");
    assertFirst("0.5000", "--ties", "file");
    Files.writeString(run, "a\t1\t2\na\t9\t1\n");
    assertFirst("0.2500", "--run-format", "marco");
  }

  private void assertFirst(String expected, String option, String value) {
    CliResult result =
        CliResult.of(
            "evaluate", "--run", run, "--qrels", qrels, "--metrics", "mrr@10", option, value);
    assertTrue(result.out().startsWith("mrr@10         " + expected + "\n"), result.out());
  }

  @Test
  void aRunOfOtherQueriesIsPointedOut() throws IOException {
    Files.writeString(run, "x\t1\t1.5\n");
    CliResult result = CliResult.of("evaluate", "--run", run, "--qrels", qrels);
    assertEquals(0, result.exitCode());
    assertTrue(result.out().startsWith("mrr@10         0.0000\n"), result.out());
    assertTrue(
        result.err().startsWith("evaluate: no query of the run has judgements; do " + run),
        result.err());
  }

  @Test
  void faultsAreOneSentence() throws IOException {
    assertFault(2, "unknown metric \"mmr\"", "--run", run, "--qrels", qrels, "--metrics", "mmr");
    assertFault(
        2, "level must be at least 1", "--run", run, "--qrels", qrels, "--relevance-level", 0);
    assertFault(2, "missing --qrels FILE", "--run", run);
    assertFault(1, "no such file or folder: nowhere", "--run", "nowhere", "--qrels", qrels);
    Files.writeString(run, "a\t9\tx\n");
    assertFault(
        1,
        run + ":1: expected a number as the score or rank, found \"x\"",
        "--run",
        run,
        "--qrels",
        qrels);
  }

  private static void assertFault(int code, String expected, Object... options) {
    Object[] words = new Object[options.length + 1];
    words[0] = "evaluate";
    System.arraycopy(options, 0, words, 1, options.length);
    CliResult result = CliResult.of(words);
    assertEquals(code, result.exitCode());
    assertEquals("", result.out());
    assertTrue(result.err().contains(expected), result.err());
    assertEquals(code, result.err().lines().count(), result.err());
  }

  @Test
  void theTableOfEachQueryNeverReplacesItsInputs() throws IOException {
    String before = Files.readString(qrels);
    CliResult result =
        CliResult.of("evaluate", "--run", run, "--qrels", qrels, "--per-query", qrels);
    assertEquals(2, result.exitCode());
    assertTrue(result.err().contains("--per-query would overwrite " + qrels), result.err());
    assertEquals(before, Files.readString(qrels));
  }
}

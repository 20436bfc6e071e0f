package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainCommandTest {
  private static final Path MODEL = Peers.root().resolve("docs/model");
  private static final Path CORPUS = Peers.root().resolve("docs/collection/corpus.tsv");
  private static final Path QUERIES = Peers.root().resolve("docs/collection/queries.tsv");
  private static final String ESCAPE = "\u001b";

  @TempDir Path folder;

  private static CliResult explain(Object... more) {
    Object[] words = new Object[7 + more.length];
    Object[] given = {
      "explain", "--model", MODEL, "--query", "planet of rust", "--passage", "Mars is full of rust"
    };
    System.arraycopy(given, 0, words, 0, 7);
    System.arraycopy(more, 0, words, 7, more.length);
    return CliResult.of(words);
  }

  @Test
  void showsBothTextsAndTheirStrongestWordsWithinEightyColumns() {
    CliResult result = explain("--show", 2);
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.out().matches("(?s)score -?\\d\\.\\d{4}, .*"), result.out());
    assertTrue(result.out().contains("\n  [CLS] planet of rust [SEP]\n"), result.out());
    assertEquals(
        4, result.out().lines().filter(line -> line.matches(".* [+-]0\\.\\d{4}  .*")).count());
    assertFalse(result.out().contains(ESCAPE));
    result.out().lines().forEach(line -> assertTrue(line.length() <= 80, line));
  }

  @Test
  void textsMayBeNamedByTheirIds() {
    CliResult result =
        CliResult.of(
            "explain",
            "--model",
            MODEL,
            "--queries",
            QUERIES,
            "--query",
            1002,
            "--corpus",
            CORPUS,
            "--passage",
            6);
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.out().contains("\nquery 1002: "), result.out());
    assertTrue(result.out().contains("\npassage 6: "), result.out());
    result.out().lines().forEach(line -> assertTrue(line.length() <= 80, line));
  }

  @Test
  void anUnknownIdIsSaidWithItsFile() {
    CliResult result = explain("--corpus", CORPUS);
    assertEquals(1, result.exitCode());
    assertEquals(
        "javatron explain: " + CORPUS + " has no passage with the id Mars is full of rust",
        result.err().strip());
    result = explain("--queries", QUERIES);
    assertEquals(
        "javatron explain: " + QUERIES + " has no query with the id planet of rust",
        result.err().strip());
  }

  @Test
  void coloursAreAskedForOrNot() {
    String coloured = explain("--color").out();
    assertTrue(coloured.contains(ESCAPE), coloured);
    assertEquals(explain().out(), coloured.replaceAll(ESCAPE + "\\[[\\d;]*m", ""));
    assertEquals(explain().out(), explain("--no-color").out());
  }

  @Test
  void jsonHasEveryToken() throws IOException {
    JsonNode answer = new ObjectMapper().readTree(explain("--json").out());
    JsonNode words = answer.at("/query/words");
    assertEquals(5, words.size());
    assertEquals("planet", words.at("/1/word").textValue());
    assertTrue(words.at("/1/tokens/0/id").intValue() > 0);
    double sum = 0;
    for (JsonNode token : words.at("/3/tokens")) {
      sum += token.get("attribution").doubleValue();
    }
    assertEquals(words.at("/3/attribution").doubleValue(), sum);
    assertTrue(answer.at("/passage/id").isNull());
    assertFalse(answer.at("/passage/truncated").booleanValue());
  }

  @Test
  void thePageStandsAloneAndEscapesWhatTextsHold() throws IOException {
    Path page = folder.resolve("a/why.html");
    CliResult result =
        CliResult.of(
            "explain", "--model", MODEL, "--query", "a <b> & c", "--passage", "x", "--html", page);
    assertEquals(0, result.exitCode(), result.err());
    String html = Files.readString(page);
    assertTrue(html.contains(">&lt;</span>") && html.contains(">&amp;</span>"), html);
    assertFalse(html.contains("http") || html.contains("src="), html);
    assertTrue(html.contains("prefers-color-scheme: dark") && html.contains("@media print"));
  }

  @Test
  void anExistingPageIsKeptUnlessForced() throws IOException {
    Path page = Files.writeString(folder.resolve("why.html"), "old");
    CliResult result = explain("--html", page);
    assertEquals(1, result.exitCode());
    assertEquals(
        "javatron explain: " + page + " exists already: replace it with --force",
        result.err().strip());
    assertEquals("old", Files.readString(page));
    assertEquals(0, explain("--html", page, "--force").exitCode());
    assertTrue(Files.readString(page).startsWith("<!DOCTYPE html>"));
  }

  @Test
  void lengthsOutsideTheModelAndNegativeCountsAreRefused() {
    CliResult result = explain("--query-max-length", 2);
    assertEquals(1, result.exitCode());
    assertTrue(result.err().contains("must be between 3 ([CLS], a token, [SEP]) and 128"));
    result = explain("--show", -1);
    assertEquals(2, result.exitCode());
    assertTrue(result.err().startsWith("javatron explain: --show must be 0 or more, not -1"));
  }
}

package org.javatron.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.javatron.io.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingFilesTest {
  @TempDir Path folder;

  private Path file(String name, String... lines) throws IOException {
    return Files.writeString(folder.resolve(name), String.join("\n", lines));
  }

  private TrainingRow only(String line) throws IOException {
    try (TrainingFiles files = TrainingFiles.open(List.of(file("one.jsonl", line)))) {
      assertEquals(1, files.rows());
      return files.row(0);
    }
  }

  @Test
  void readsTevatronsTokenRows() throws IOException {
    TrainingRow row = only("{\"query\":[5,6],\"positives\":[[7],[8,9]],\"negatives\":[[]]}");
    assertNull(row.queryId());
    assertArrayEquals(new int[] {5, 6}, row.query().tokens());
    assertArrayEquals(new int[] {8, 9}, row.positives().get(1).tokens());
    assertArrayEquals(new int[0], row.negatives().get(0).tokens());
  }

  @Test
  void readsRowsOfText() throws IOException {
    TrainingRow row =
        only("{\"query_id\":\"17\",\"query\":\"who\",\"positives\":[\"me \\u00e9\"]}");
    assertEquals("17", row.queryId());
    assertEquals("who", row.query().text());
    assertEquals("me é", row.positives().get(0).joined("[SEP]"));
    assertEquals(List.of(), row.negatives());
  }

  @Test
  void readsTevatronsDataSets() throws IOException {
    TrainingRow row =
        only(
            "{\"query_id\":3,\"query\":\"who\",\"positive_passages\":[{\"docid\":\"1\",\"title\":\"T\","
                + "\"text\":\"a\"}],\"negative_passages\":[{\"docid\":\"2\",\"title\":\"\",\"text\":\"b\"},"
                + "{\"docid\":\"4\",\"text\":\"c\"}],\"answers\":[]}");
    assertEquals("3", row.queryId());
    assertEquals("T[SEP]a", row.positives().get(0).joined("[SEP]"));
    assertEquals("[SEP]b", row.negatives().get(0).joined("[SEP]"));
    assertEquals("c", row.negatives().get(1).joined("[SEP]"));
  }

  @Test
  void anyRowIsFoundWhateverTheLinesEndsAndFiles() throws IOException {
    Random random = new Random(8);
    List<String> queries = new ArrayList<>();
    for (String name : new String[] {"b.jsonl", "a.json", "c.json"}) {
      StringBuilder text = new StringBuilder();
      List<String> own = new ArrayList<>();
      for (int i = 0; i < 700; i++) {
        String query = name + i + "x".repeat(random.nextInt(2000));
        own.add(query);
        text.append("  ".repeat(random.nextInt(2)));
        text.append("{\"query\":\"").append(query).append("\",\"positives\":[\"p\"]}");
        text.append(random.nextBoolean() ? "\r\n" : "\n").append("\n".repeat(random.nextInt(2)));
      }
      queries.addAll(name.equals("a.json") ? 0 : queries.size(), own);
      file(name, text.toString().stripTrailing());
    }
    file("ignored.txt", "nonsense");
    try (TrainingFiles files = TrainingFiles.open(List.of(folder))) {
      assertEquals(queries.size(), files.rows());
      for (int i = 0; i < 500; i++) {
        int row = random.nextInt(files.rows());
        assertEquals(queries.get(row), files.row(row).query().text());
      }
      assertEquals(queries.get(2099), files.row(2099).query().text());
    }
  }

  @Test
  void aPlaceIsFileAndLine() throws IOException {
    Path path = file("a.json", "{}", "", "\r", "{}", "{}");
    try (TrainingFiles files = TrainingFiles.open(List.of(path))) {
      assertEquals(3, files.rows());
      assertEquals(path + ":1", files.place(0));
      assertEquals(path + ":4", files.place(1));
      assertEquals(path + ":5", files.place(2));
    }
  }

  @Test
  void theStampTellsAnotherDivisionIntoRows() throws IOException {
    Path path = file("a.json", "{\"x\":1}", "{}");
    TrainingFiles.Stamp before;
    try (TrainingFiles files = TrainingFiles.open(List.of(path))) {
      before = files.stamps().get(0);
    }
    file("a.json", "{}", "{\"x\":1}");
    try (TrainingFiles files = TrainingFiles.open(List.of(path))) {
      TrainingFiles.Stamp after = files.stamps().get(0);
      assertEquals(before.bytes(), after.bytes());
      assertNotEquals(before.indexSha256(), after.indexSha256());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '!',
      value = {
        "[1]|expected a JSON object, found an array",
        "{\"query\":\"a\"|expected a JSON object, found something else at column",
        "{\"query\":\"a\"} x|expected a JSON object, found something else at column",
        "{\"positives\":[\"a\"]}|expected a \"query\", found none",
        "{\"query\":\"a\",\"positives\":[]}|expected at least one of \"positives\", found none",
        "{\"query\":\"a\",\"positives\":\"b\"}|expected an array as \"positives\", found a string",
        "{\"query\":\"a\",\"positives\":[[-1]]}|expected token ids from 0 up in \"positives\", found -1",
        "{\"query\":[1.5],\"positives\":[[1]]}|expected token ids from 0 up in \"query\", found 1.5",
        "{\"query\":3,\"positives\":[[1]]}|expected a string, an array of token ids or an object",
        "{\"query\":\"a\",\"positives\":[{\"text\":\"b\",\"title\":[]}]}|expected a string as \"title\", found an array",
      })
  void aBrokenRowIsNamedByFileAndLine(String line, String message) throws IOException {
    Path path = file("a.json", "{\"query\":\"a\",\"positives\":[\"b\"]}", line);
    try (TrainingFiles files = TrainingFiles.open(List.of(path))) {
      files.row(0);
      InputException e = assertThrows(InputException.class, () -> files.row(1));
      assertEquals(
          path + ":2: " + message, e.getMessage().substring(0, (path + ":2: " + message).length()));
    }
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() throws IOException {
    Path path = folder.resolve("a.json");
    Files.write(
        path, "{\"query\":\"\u00e9\",\"positives\":[\"b\"]}".getBytes(StandardCharsets.ISO_8859_1));
    try (TrainingFiles files = TrainingFiles.open(List.of(path))) {
      InputException e = assertThrows(InputException.class, () -> files.row(0));
      assertEquals(path + ":1: expected a JSON object", e.getMessage().split(",")[0]);
    }
  }

  @Test
  void whatHoldsNoRowsIsSaidAtOnce() throws IOException {
    assertMessage(
        folder + ": expected training files (*.json or *.jsonl) in this folder, found none",
        folder);
    Path missing = folder.resolve("missing.json");
    assertMessage(missing + ": there is no such file or folder", missing);
    Path empty = file("empty.json", "", "");
    assertMessage("there are no rows in " + empty, empty);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write('{');
    }
    Path gzip = Files.write(folder.resolve("a.json"), bytes.toByteArray());
    assertMessage(
        gzip
            + ": expected plain JSON lines, whose rows are read in any order, found a gzip file:"
            + " decompress it first",
        gzip);
  }

  private static void assertMessage(String message, Path path) {
    InputException e =
        assertThrows(InputException.class, () -> TrainingFiles.open(List.of(path)).close());
    assertEquals(message, e.getMessage());
  }
}

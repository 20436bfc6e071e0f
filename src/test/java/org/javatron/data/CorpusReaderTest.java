package org.javatron.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.javatron.io.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusReaderTest {
  @TempDir Path folder;

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static List<String> read(Path... paths) throws IOException {
    List<String> records = new ArrayList<>();
    try (CorpusReader reader = CorpusReader.open(List.of(paths))) {
      for (TextRecord r = reader.next(); r != null; r = reader.next()) {
        records.add(r.id() + "|" + r.title() + "|" + r.text());
      }
    }
    assertEquals(records.size(), CorpusReader.count(List.of(paths)));
    return records;
  }

  @Test
  void msMarcoTableKeepsQuotesAndEmptyFields() throws IOException {
    Path path = file("collection.tsv", "0\t\"Quoted\" start\n1\tsay \"no\\n\r\n\n2\t#x\r\n3\t");
    assertEquals(
        List.of("0|null|\"Quoted\" start", "1|null|say \"no\\n", "2|null|#x", "3|null|"),
        read(path));
  }

  @Test
  void tutorialCorpusHasTitles() throws IOException {
    Path path = file("corpus.tsv", "0\tCaper\tIn Spain\n1\t\tNasal\n2\tT\t");
    assertEquals(List.of("0|Caper|In Spain", "1||Nasal", "2|T|"), read(path));
  }

  @Test
  void rocketQaPairIsJoinedAndMissingTitlesAreEmpty() throws IOException {
    Path path = file("para.txt", "0\ta\n1\tb\n2\tc\n10\td\n");
    file("para.title.txt", "0\tA\n10\tD\n");
    assertEquals(List.of("0|A|a", "1||b", "2||c", "10|D|d"), read(path));
    assertEquals(List.of("0|A|a", "1||b", "2||c", "10|D|d"), read(folder));
  }

  @Test
  void rocketQaPassagesAloneHaveNoTitles() throws IOException {
    assertEquals(List.of("0|null|a"), read(file("para.txt", "0\ta\n")));
  }

  @Test
  void beirAndTevatronJsonLines() throws IOException {
    Path beir =
        file(
            "corpus.jsonl",
            "{\"_id\": \"d1\", \"title\": \"T\", \"text\": \"caf\\u00e9\", \"metadata\": {\"id\": \"x\"}}\n"
                + "{\"text\": \"b\", \"title\": null, \"_id\": 7}\n");
    assertEquals(List.of("d1|T|caf\u00e9", "7|null|b"), read(beir));
    Path tevatron =
        file(
            "t.jsonl",
            "{\"docid\":\"3\",\"title\":\"\",\"text\":\"x\"}\n"
                + "{\"query_id\":\"q\",\"query\":\"why\",\"positive_passages\":[{\"docid\":\"1\"}]}");
    assertEquals(List.of("3||x", "q|null|why"), read(tevatron));
  }

  @Test
  void tokenisedFolderIsReadInTheOrderOfNames() throws IOException {
    file("split01.json", "{\"text_id\": \"b\", \"text\": []}\n");
    file("split00.json", "{\"text_id\": 12, \"text\": [101, 7, 29999]}\n");
    file("other.json", "{}");
    try (CorpusReader reader = CorpusReader.open(folder)) {
      TextRecord first = reader.next();
      assertEquals("12", first.id());
      assertEquals(null, first.text());
      assertArrayEquals(new int[] {101, 7, 29999}, first.tokens());
      assertArrayEquals(new int[0], reader.next().tokens());
      assertTrue(reader.position().endsWith("split01.json:1"));
      assertEquals(null, reader.next());
    }
    assertEquals(2, CorpusReader.count(List.of(folder)));
  }

  @Test
  void gzipIsReadEverywhere() throws IOException {
    gzip("para.txt.gz", "1\ta\n2\tb\n");
    gzip("para.title.txt.gz", "2\tB\n");
    assertEquals(List.of("1||a", "2|B|b"), read(folder));
    gzip("corpus.jsonl.gz", "{\"_id\":\"1\",\"text\":\"z\"}\n");
    assertEquals(List.of("1|null|z"), read(folder));
  }

  @Test
  void severalFilesAreOneCorpus() throws IOException {
    Path a = file("a.tsv", "1\ta\n");
    Path b = file("b.jsonl", "\ufeff{\"_id\":\"2\",\"text\":\"b\"}\n");
    Path empty = file("c.tsv", "");
    assertEquals(List.of("1|null|a", "2|null|b"), read(a, empty, b));
  }

  @Test
  void longLinesCrossTheBuffer() throws IOException {
    String text = "\u00e9\u4e2d".repeat(60_000);
    assertEquals(
        List.of("1|null|" + text, "2|null|x"), read(file("a.tsv", "1\t" + text + "\n2\tx\n")));
  }

  @Test
  void joinedTextStartsWithTheSeparatorWhereTheTitleIsEmpty() {
    assertEquals("a[SEP]b", new TextRecord("1", "a", "b", null).joined("[SEP]"));
    assertEquals("[SEP]b", new TextRecord("1", "", "b", null).joined("[SEP]"));
    assertEquals("b", new TextRecord("1", null, "b", null).joined("[SEP]"));
  }

  @Test
  void faultsAreNamedByFileAndLine() throws IOException {
    fault(
        "a.tsv", "1\ta\n2\n", ":2: expected 2 tab-separated columns as in the first line, found 1");
    fault(
        "b.tsv",
        "1\ta\n2\tb\tc\n",
        ":2: expected 2 tab-separated columns as in the first line, found 3");
    fault(
        "c.tsv",
        "just text\n",
        ":1: expected 2 or 3 tab-separated columns (id, text or id, title, text), found 1");
    fault("d.tsv", "1\ta\n\tb\n", ":2: expected an id in column 1, found none");
    fault(
        "cr.tsv",
        "1\ta\n2\tb\rc\n",
        ":2: expected lines that end in LF or CRLF, found a carriage return inside the line, after 3 characters");
    fault(
        "e.jsonl",
        "{\"_id\":\"1\",\"text\":\"a\"}\n{\"_id\":\"2\",\"text\":\n",
        ":2: expected a JSON object, found something else at column ");
    fault(
        "f.jsonl",
        "{\"text\":\"a\"}\n",
        ":1: expected an id under one of [_id, docid, query_id, text_id, id], found none");
    fault(
        "g.jsonl",
        "{\"_id\":\"1\"}\n",
        ":1: expected a text under one of [text, query, contents], found none");
    fault("h.jsonl", "{\"_id\":\"1\",\"text\":7}\n", ":1: expected a string as \"text\", found 7");
    fault(
        "i.jsonl",
        "{\"_id\":true,\"text\":\"a\"}\n",
        ":1: expected a string as \"_id\", found true");
    fault(
        "j.jsonl", "{\"_id\":\"\",\"text\":\"a\"}\n", ":1: expected an id, found an empty string");
    fault(
        "k.jsonl",
        "{\"text_id\":\"1\",\"text\":[1,\"a\"]}\n",
        ":1: expected token ids in \"text\", found a string");
    fault(
        "l.jsonl",
        "{\"text_id\":\"1\",\"text\":[-1]}\n",
        ":1: expected token ids from 0 up in \"text\", found -1");
    fault(
        "m.jsonl",
        "{\"_id\":\"1\",\"text\":\"a\"} {}\n",
        ":1: expected one JSON object a line, found more after it");
    fault(
        "n.jsonl",
        "{\"_id\":\"1\",\"text\":\"a\"}\n[]\n",
        ":2: expected a JSON object, found an array");
    fault("o.jsonl", "{\"text_id\":\"1\",\"text\":[99999999999]}\n", ":1: expected a JSON object");
  }

  private void fault(String name, String content, String expected) throws IOException {
    Path path = file(name, content);
    InputException e = assertThrows(InputException.class, () -> read(path));
    assertTrue(e.getMessage().startsWith(path + expected), e.getMessage());
  }

  @Test
  void bytesThatAreNotUtf8AreNamed() throws IOException {
    Path path = folder.resolve("latin.tsv");
    Files.write(path, new byte[] {'1', '\t', 'a', '\n', '2', '\t', 'c', (byte) 0xe9, '\n'});
    InputException e = assertThrows(InputException.class, () -> read(path));
    assertEquals(
        path + ":2: expected UTF-8 text, found byte 0xe9 at byte 4 of the line", e.getMessage());
  }

  @Test
  void aLineWithoutEndIsRefusedNotLoaded() throws IOException {
    Path path = file("a.txt", "short\n" + "x".repeat(200_000));
    try (Utf8Lines lines = new Utf8Lines(path, 100_000, false)) {
      assertTrue(lines.next());
      InputException e = assertThrows(InputException.class, lines::next);
      assertTrue(
          e.getMessage().startsWith(path + ":2: the line is longer than 100000 bytes"),
          e.getMessage());
    }
  }

  @Test
  void aGzipFileCutShortIsAnErrorNotTheEnd() throws IOException {
    Path path = gzip("a.tsv.gz", "1\ta\n".repeat(100_000));
    byte[] whole = Files.readAllBytes(path);
    Files.write(path, java.util.Arrays.copyOf(whole, whole.length / 2));
    InputException e = assertThrows(InputException.class, () -> read(path));
    assertTrue(e.getMessage().startsWith(path + ":"), e.getMessage());
    assertTrue(e.getMessage().contains("the gzip data is broken or cut off"), e.getMessage());
    e = assertThrows(InputException.class, () -> CorpusReader.count(List.of(path)));
    assertTrue(e.getMessage().startsWith(path + ": the gzip data"), e.getMessage());
    Files.write(path, new byte[] {0x1f, (byte) 0x8b, 1});
    e = assertThrows(InputException.class, () -> read(path));
    assertTrue(e.getMessage().startsWith(path + ": the gzip data"), e.getMessage());
  }

  @Test
  void titlesInAnotherOrderAreRefused() throws IOException {
    Path path = file("para.txt", "0\ta\n1\tb\n2\tc\n");
    file("para.title.txt", "2\tC\n0\tA\n");
    InputException e = assertThrows(InputException.class, () -> read(path));
    assertTrue(
        e.getMessage().contains("para.title.txt:2: expected the passage of title 0"),
        e.getMessage());
    file("para.title.txt", "0\tA\n7\tX\n");
    e = assertThrows(InputException.class, () -> read(path));
    assertTrue(
        e.getMessage().contains("para.title.txt:2: expected the passage of title 7"),
        e.getMessage());
  }

  @Test
  void aFolderWithoutACorpusIsRefused() {
    InputException e = assertThrows(InputException.class, () -> read(folder));
    assertTrue(e.getMessage().contains("expected a corpus in this folder"), e.getMessage());
  }

  @Test
  void aFolderIsNoRun() {
    var e =
        assertThrows(
            InputException.class, () -> RunReader.open(folder, null, TieRule.FILE).close());
    assertEquals(folder + ": expected a file, found a folder", e.getMessage());
  }

  private Path gzip(String name, String content) throws IOException {
    Path path = folder.resolve(name);
    try (var out = new GZIPOutputStream(Files.newOutputStream(path))) {
      out.write(content.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    return path;
  }
}

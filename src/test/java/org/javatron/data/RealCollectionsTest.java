package org.javatron.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.javatron.io.TextFiles;
import org.javatron.testing.SharedData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whole collections, read right to the last record. */
@Tag("real-data")
class RealCollectionsTest {
  private static List<TextRecord> read(Path... paths) throws IOException {
    List<TextRecord> records = new ArrayList<>();
    try (CorpusReader reader = CorpusReader.open(List.of(paths))) {
      for (TextRecord r = reader.next(); r != null; r = reader.next()) {
        records.add(r);
      }
    }
    assertEquals(records.size(), CorpusReader.count(List.of(paths)));
    return records;
  }

  /** The file's lines cut at their first tab, by code that shares nothing with the readers. */
  private static Map<String, String> naive(Path path) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    try (var reader = TextFiles.reader(path)) {
      for (String line : new String(readAll(reader)).split("\n")) {
        int tab = line.indexOf('\t');
        fields.put(line.substring(0, tab), line.substring(tab + 1));
      }
    }
    return fields;
  }

  private static char[] readAll(java.io.Reader reader) throws IOException {
    var out = new java.io.CharArrayWriter();
    reader.transferTo(out);
    return out.toCharArray();
  }

  @Test
  void rocketQaPassagesWithTheirTitles() throws IOException {
    Path folder = SharedData.path("boolq-marco");
    List<TextRecord> passages = read(folder);
    Map<String, String> texts = naive(folder.resolve("para.txt.gz"));
    Map<String, String> titles = naive(folder.resolve("para.title.txt.gz"));
    assertEquals(50_000, passages.size());
    assertEquals(50_000, texts.size());
    int titled = 0;
    int ordinal = 0;
    for (TextRecord passage : passages) {
      assertEquals(String.valueOf(ordinal++), passage.id());
      assertEquals(texts.get(passage.id()), passage.text());
      assertEquals(titles.getOrDefault(passage.id(), ""), passage.title());
      titled += passage.title().isEmpty() ? 0 : 1;
    }
    assertEquals(19_868, titled);
    assertEquals("Caper", passages.get(0).title());
    assertTrue(passages.get(0).joined("[SEP]").startsWith("Caper[SEP]In Spain, 4 \u00d7 4 m or"));
    assertTrue(passages.get(1).joined("[SEP]").startsWith("[SEP]Nasal CPAP is"));
    assertEquals(943, read(folder.resolve("dev.query.txt.gz")).size());
    assertEquals(6_515, read(folder.resolve("train.query.txt.gz")).size());
    assertEquals(6_515, Qrels.read(folder.resolve("qrels.train.tsv.gz")).size());
  }

  @Test
  void sciFact() throws IOException {
    Path folder = SharedData.path("scifact");
    List<TextRecord> abstracts = read(folder);
    assertEquals(5_183, abstracts.size());
    assertEquals("4983", abstracts.get(0).id());
    assertTrue(
        abstracts
            .get(0)
            .joined(" ")
            .contains("diffusion tensor magnetic resonance imaging. Alter"));
    List<TextRecord> queries = read(folder.resolve("queries.jsonl"));
    assertEquals(1_109, queries.size());
    assertEquals(null, queries.get(0).title());
    Qrels test = Qrels.read(folder.resolve("qrels/test.tsv"));
    assertEquals(300, test.queryIds().size());
    List<String> ids = queries.stream().map(TextRecord::id).toList();
    assertTrue(ids.containsAll(test.queryIds()));
    assertEquals(809, Qrels.read(folder.resolve("qrels/train.tsv")).queryIds().size());
  }

  @Test
  void msMarcoDevQueries() throws IOException {
    Path file = SharedData.path("msmarco-eval/queries.dev.small.tsv");
    List<TextRecord> queries = read(file);
    assertEquals(6_980, queries.size());
    assertEquals(
        List.copyOf(naive(file).values()), queries.stream().map(TextRecord::text).toList());
    assertEquals(Files.readAllLines(file).size(), queries.size());
  }
}

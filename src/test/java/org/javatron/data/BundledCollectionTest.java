package org.javatron.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Test;

/** The form of docs/collection: whether what its README promises is so. */
class BundledCollectionTest {
  private static final Path FOLDER = Peers.root().resolve("docs/collection");
  private static final int FIRST_QUERY_ID = 1000;

  private static List<String[]> rows(String file, int columns) throws IOException {
    List<String[]> rows = new ArrayList<>();
    for (String line : Files.readString(FOLDER.resolve(file)).split("\n")) {
      String[] row = line.split("\t", -1);
      assertEquals(columns, row.length, line);
      for (String field : row) {
        assertEquals(field.strip(), field, "white space around a field: " + line);
        assertFalse(field.contains("  ") || field.contains("\r"), line);
        assertTrue(Normalizer.isNormalized(field, Normalizer.Form.NFC), line);
      }
      rows.add(row);
    }
    return rows;
  }

  private static List<String> column(List<String[]> rows, int column) {
    return rows.stream().map(row -> row[column]).toList();
  }

  private static List<String> numbers(int from, int count) {
    return IntStream.range(from, from + count).mapToObj(Integer::toString).toList();
  }

  private static int words(String text) {
    return text.split(" ").length;
  }

  /** Fails for two texts that differ in letter case or punctuation alone. */
  private static void assertDistinct(List<String> texts) {
    Set<String> seen = new HashSet<>();
    for (String text : texts) {
      String letters = text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ");
      assertTrue(seen.add(letters), "twice: " + text);
    }
  }

  @Test
  void passagesAreNumberedDistinctAndOfEvenLength() throws IOException {
    List<String[]> passages = rows("corpus.tsv", 3);
    assertEquals(numbers(0, passages.size()), column(passages, 0));
    assertDistinct(column(passages, 2));
    assertDistinct(column(passages, 1).stream().filter(title -> !title.isEmpty()).toList());
    for (String[] row : passages) {
      int words = words(row[2]);
      assertTrue(words >= 40 && words <= 90, row[0] + " has " + words + " words");
    }
  }

  @Test
  void queriesAreNumberedDistinctAndShort() throws IOException {
    List<String[]> queries = rows("queries.tsv", 2);
    assertEquals(numbers(FIRST_QUERY_ID, queries.size()), column(queries, 0));
    assertDistinct(column(queries, 1));
    for (String[] row : queries) {
      int words = words(row[1]);
      assertTrue(words >= 2 && words <= 25, row[0] + " has " + words + " words");
    }
  }

  @Test
  void everyQueryIsJudgedAndEveryJudgedPassageExists() throws IOException {
    Set<String> passages = new HashSet<>(column(rows("corpus.tsv", 3), 0));
    Set<String> queries = new HashSet<>(column(rows("queries.tsv", 2), 0));
    List<String[]> judgements = rows("qrels.tsv", 4);
    assertEquals(queries, new HashSet<>(column(judgements, 0)));
    Set<String> pairs = new HashSet<>();
    for (String[] row : judgements) {
      assertEquals("0", row[1]);
      assertEquals("1", row[3]);
      assertTrue(passages.contains(row[2]), "no passage " + row[2]);
      assertTrue(pairs.add(row[0] + " " + row[2]), "judged twice: " + row[0] + " " + row[2]);
    }
  }

  @Test
  void readmeCountsWhatIsThere() throws IOException {
    List<String[]> passages = rows("corpus.tsv", 3);
    List<String[]> judgements = rows("qrels.tsv", 4);
    long untitled = column(passages, 1).stream().filter(String::isEmpty).count();
    long twice =
        column(judgements, 0).stream()
            .collect(Collectors.groupingBy(id -> id, Collectors.counting()))
            .values()
            .stream()
            .filter(count -> count == 2)
            .count();
    assertEquals(passages.size(), count("passages"));
    assertEquals(untitled, count("of them with an empty title"));
    assertEquals(rows("queries.tsv", 2).size(), count("queries"));
    assertEquals(judgements.size(), count("judgements"));
    assertEquals(5, twice, "the README says that five queries have two passages");
  }

  private static int count(String what) throws IOException {
    Matcher matcher =
        Pattern.compile("(\\d+) " + what).matcher(Files.readString(FOLDER.resolve("README.md")));
    assertTrue(matcher.find(), "the README gives no count of " + what);
    return Integer.parseInt(matcher.group(1));
  }

  @Test
  void corpusReaderReadsItWhole() throws IOException {
    List<String[]> expected = rows("corpus.tsv", 3);
    try (CorpusReader reader = CorpusReader.open(FOLDER)) {
      for (String[] row : expected) {
        TextRecord record = reader.next();
        assertEquals(List.of(row), List.of(record.id(), record.title(), record.text()));
      }
      assertEquals(null, reader.next());
    }
  }
}

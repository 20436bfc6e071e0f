package org.javatron.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.javatron.io.InputException;
import org.javatron.io.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NegativesGroupingTest {
  @TempDir Path folder;

  private NegativesGrouping.Summary group(String triples, long bucketBytes) throws IOException {
    Path file = Files.writeString(folder.resolve("triples.tsv"), triples);
    return NegativesGrouping.run(
        file, folder.resolve("negatives.tsv"), Progress.none(), bucketBytes);
  }

  private String result() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(2, files.count(), "temporary files are left");
    }
    return Files.readString(folder.resolve("negatives.tsv"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n"})
  void groupedTriplesGiveTheTutorialsFile(String end) throws IOException {
    String triples = String.join(end, "7\t1\t5", "7\t1\t6", "7\t2\t5", "3\t9\t8", "");
    assertEquals(new NegativesGrouping.Summary(2, 4, 2), group(triples, 1 << 20));
    assertEquals("7\t5,6,5\n3\t8\n", result());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 50, 400, 1 << 20})
  void triplesInAnyOrderAreGathered(int bucketBytes) throws IOException {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      List<String> lines = new ArrayList<>();
      int queries = 1 + random.nextInt(40);
      for (int i = 0; i < 300; i++) {
        lines.add("q%d\tp\tn%d".formatted(random.nextInt(queries), random.nextInt(1000)));
      }
      if (seed % 2 == 0) {
        Collections.sort(lines); // grouped
      }
      Map<String, List<String>> naive = new LinkedHashMap<>();
      for (String line : lines) {
        String[] columns = line.split("\t");
        naive.computeIfAbsent(columns[0], id -> new ArrayList<>()).add(columns[2]);
      }
      NegativesGrouping.Summary summary = group(String.join("\n", lines), bucketBytes);
      assertEquals(naive.size(), summary.queries());
      assertEquals(300, summary.negatives());
      assertEquals(
          naive.entrySet().stream()
              .map(query -> query.getKey() + "\t" + String.join(",", query.getValue()) + "\n")
              .collect(Collectors.joining()),
          result(),
          "seed " + seed);
    }
  }

  @Test
  void aBrokenLineLeavesTheOldFile() throws IOException {
    Files.writeString(folder.resolve("negatives.tsv"), "old");
    InputException error =
        assertThrows(InputException.class, () -> group("7\t1\t5\n7\t1\n", 1 << 20));
    assertEquals(
        folder.resolve("triples.tsv")
            + ":2: expected 3 tab-separated columns as in the first line, found 2",
        error.getMessage());
    assertEquals("old", result());
    assertFalse(Files.exists(folder.resolve(".negatives.tsv.lines")));
  }
}

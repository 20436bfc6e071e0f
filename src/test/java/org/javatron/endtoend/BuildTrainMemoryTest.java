package org.javatron.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training rows take memory that does not depend on the corpus: a Java process whose heap holds a
 * quarter of the passages makes them all the same.
 */
class BuildTrainMemoryTest {
  private static final int HEAP_MIB = 24;
  private static final int PASSAGES = 60_000;
  private static final int QUERIES = 100;

  @TempDir Path folder;

  @Test
  @Tag("slow")
  void aHeapOfAQuarterOfTheCorpusIsEnough() throws Exception {
    String text = "\t" + "passage of some length ".repeat(75) + "\n";
    Path corpus = folder.resolve("c.tsv");
    try (BufferedWriter out = Files.newBufferedWriter(corpus)) {
      for (int i = 0; i < PASSAGES; i++) {
        out.write(i + text);
      }
    }
    assertTrue(Files.size(corpus) > 4L * HEAP_MIB << 20, "the corpus is too small to show it");
    StringBuilder queries = new StringBuilder();
    StringBuilder qrels = new StringBuilder();
    StringBuilder negatives = new StringBuilder();
    for (int q = 0; q < QUERIES; q++) {
      queries.append("q").append(q).append("\tpassage\n");
      qrels.append("q" + q + "\t0\t" + q + "\t1\n");
      negatives.append("q").append(q).append('\t').append(QUERIES + q);
      for (int i = 1; i < 60; i++) {
        negatives.append(',').append(QUERIES + (q * 60 + i) * 997 % (PASSAGES - QUERIES));
      }
      negatives.append('\n');
    }
    Path vocab = write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\npassage\nof\nsome\n");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + HEAP_MIB + "m",
            "-XX:MaxDirectMemorySize=4m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            "org.javatron.cli.Main",
            "build-train",
            "--vocab",
            vocab.toString(),
            "--corpus",
            corpus.toString(),
            "--queries",
            write("q.tsv", queries.toString()).toString(),
            "--qrels",
            write("qrels.tsv", qrels.toString()).toString(),
            "--negatives-file",
            write("n.tsv", negatives.toString()).toString(),
            "--output",
            folder.resolve("rows").toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    assertTrue(output.contains("100 rows in 1 files, 100 positives, 3000 negatives"), output);
    try (Stream<String> rows = Files.lines(folder.resolve("rows/split00.json"))) {
      assertEquals(QUERIES, rows.count());
    }
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }
}

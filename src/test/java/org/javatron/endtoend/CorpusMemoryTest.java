package org.javatron.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.javatron.cli.Main;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training rows and tokenised corpora take memory that does not depend on the corpus: a Java
 * process whose heap holds a quarter of the passages makes them all the same.
 */
@Tag("slow")
class CorpusMemoryTest {
  private static final int HEAP_MIB = 24;
  private static final int PASSAGES = 60_000;
  private static final int QUERIES = 100;
  private static final int CANDIDATES = 60;

  @TempDir Path folder;
  private Path corpus;
  private Path vocab;

  @BeforeEach
  void writeTheCorpus() throws IOException {
    String text = "\t" + "passage of some length ".repeat(75) + "\n";
    corpus = folder.resolve("c.tsv");
    try (BufferedWriter out = Files.newBufferedWriter(corpus)) {
      for (int i = 0; i < PASSAGES; i++) {
        out.write(i + text);
      }
    }
    assertTrue(Files.size(corpus) > 4L * HEAP_MIB << 20, "the corpus is too small to show it");
    vocab = write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\npassage\nof\nsome\n");
  }

  @Test
  void buildTrain() throws Exception {
    StringBuilder negatives = new StringBuilder();
    for (int q = 0; q < QUERIES; q++) {
      negatives.append("q").append(q).append('\t').append(candidate(q, 0));
      for (int i = 1; i < CANDIDATES; i++) {
        negatives.append(',').append(candidate(q, i));
      }
      negatives.append('\n');
    }
    Path file = write("n.tsv", negatives.toString());
    String output = rows("build-train", "--negatives-file", file);
    assertTrue(output.contains("100 rows in 1 files, 100 positives, 3000 negatives"), output);
    assertEquals(QUERIES, lines("split00.json"));
  }

  @Test
  void mine() throws Exception {
    StringBuilder run = new StringBuilder();
    for (int q = 0; q < QUERIES; q++) {
      for (int i = 0; i < CANDIDATES; i++) {
        run.append("q" + q + "\t" + candidate(q, i) + "\t" + (CANDIDATES - i) + "\n");
      }
    }
    String output = rows("mine", "--run", write("run.tsv", run.toString()));
    assertTrue(output.contains("100 rows in 1 files, 100 positives, 3000 negatives"), output);
    assertEquals(QUERIES, lines("split00.hn.json"));
  }

  @Test
  void tokenize() throws Exception {
    javatron("tokenize", "--input", corpus, "--splits", 7, "--output", folder.resolve("out"));
    long rows = 0;
    for (int i = 0; i < 7; i++) {
      rows += lines("split0" + i + ".json");
    }
    assertEquals(PASSAGES, rows);
  }

  private static int candidate(int query, int number) {
    return QUERIES + (query * CANDIDATES + number) * 997 % (PASSAGES - QUERIES);
  }

  private String rows(String command, Object... more) throws Exception {
    StringBuilder queries = new StringBuilder();
    StringBuilder qrels = new StringBuilder();
    for (int q = 0; q < QUERIES; q++) {
      queries.append("q").append(q).append("\tpassage\n");
      qrels.append("q" + q + "\t0\t" + q + "\t1\n");
    }
    List<Object> words = new ArrayList<>(List.of(more));
    words.addAll(List.of("--queries", write("q.tsv", queries.toString())));
    words.addAll(List.of("--qrels", write("qrels.tsv", qrels.toString())));
    words.addAll(List.of("--corpus", corpus, "--output", folder.resolve("out")));
    return javatron(command, words.toArray());
  }

  private String javatron(String name, Object... words) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + HEAP_MIB + "m");
    command.addAll(List.of("-XX:MaxDirectMemorySize=4m", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(name, "--vocab", vocab.toString()));
    for (Object word : words) {
      command.add(word.toString());
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }

  private long lines(String shard) throws IOException {
    try (Stream<String> rows = Files.lines(folder.resolve("out").resolve(shard))) {
      return rows.count();
    }
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }
}

package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.embeddings.EmbeddingsHeader;
import org.javatron.embeddings.EmbeddingsWriter;
import org.javatron.embeddings.Shard;
import org.javatron.embeddings.TestEmbeddings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches over shards, merged, are the search over the whole. */
class MergeCommandTest {
  @TempDir Path folder;

  private Path embeddings(String name, Shard shard, float[] values, int dim) throws IOException {
    EmbeddingsHeader header =
        new EmbeddingsHeader(shard, dim, EmbeddingType.FLOAT32, TestEmbeddings.settings());
    return TestEmbeddings.write(shard.directory(folder.resolve(name)), header, values, 50);
  }

  private void search(Path passages, Path run, int depth, String format) {
    CliResult result =
        CliResult.of(
            "search",
            "--queries",
            folder.resolve("Q"),
            "--passages",
            passages,
            "--output",
            run,
            "--depth",
            depth,
            "--run-format",
            format,
            "--force");
    assertEquals(0, result.exitCode(), result.err());
  }

  private CliResult merge(List<Path> runs, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("merge", "--runs"));
    arguments.addAll(runs);
    arguments.addAll(List.of("--output", folder.resolve("merged")));
    arguments.addAll(List.of(more));
    return CliResult.of(arguments.toArray());
  }

  @Test
  void shardsSearchedOneByOneAndMergedAreTheWhole() throws IOException {
    Random random = new Random(4);
    int rows = 101;
    int dim = 12;
    for (boolean ties : new boolean[] {true, false}) {
      float[] values = TestEmbeddings.vectors(rows, dim, 1);
      for (int row = 0; ties && row < rows; row++) { // copies, so that ordinals decide
        System.arraycopy(values, random.nextInt(9) * dim, values, row * dim, dim);
      }
      String name = "P" + ties;
      Path whole = embeddings(name, Shard.whole(rows), values, dim);
      if (ties) {
        embeddings("Q", Shard.whole(7), TestEmbeddings.vectors(7, dim, 2), dim);
      }
      for (int shards : new int[] {1, 2, 5}) {
        for (String format : List.of("tevatron", "trec")) {
          int depth = 1 + random.nextInt(40);
          List<Path> runs = new ArrayList<>();
          for (int i = 0; i < shards; i++) {
            Shard shard = new Shard(i, shards, rows);
            Path part =
                shards == 1 ? whole : embeddings(name + shards + format, shard, values, dim);
            runs.add(folder.resolve("run-" + i));
            search(part, runs.get(i), depth + random.nextInt(2), format);
          }
          Path expected = folder.resolve("whole");
          search(whole, expected, depth, format);
          CliResult result = merge(runs, "--depth", depth, "--run-format", format, "--force");
          assertEquals(0, result.exitCode(), result.err());
          assertEquals(
              Files.readString(expected), Files.readString(folder.resolve("merged")), format);
        }
      }
    }
  }

  private Path searched(String name, String setting) throws IOException {
    EmbeddingsHeader header =
        new EmbeddingsHeader(
            Shard.whole(3),
            2,
            EmbeddingType.FLOAT32,
            TestEmbeddings.settings().put("separator", setting));
    Path passages = folder.resolve("P" + name);
    try (EmbeddingsWriter writer = EmbeddingsWriter.open(passages, header)) {
      writer.append(new float[] {1, 2, 3, 4, 5, 6}, List.of(name + 0, name + 1, name + 2));
      writer.finish();
    }
    Path run = folder.resolve(name);
    search(passages, run, 3, "tevatron");
    return run;
  }

  /** Each run says what it is of, as long as it is the run that was searched. */
  @Test
  void runsOfVectorsOfDifferentMakingAreRefused() throws IOException {
    embeddings("Q", Shard.whole(2), TestEmbeddings.vectors(2, 2, 2), 2);
    Path a = searched("a", "[SEP]");
    Path b = searched("b", " ");
    String sentence =
        "the vectors of %s (there) and %s (here) were made differently: passages.separator is"
            + " \"[SEP]\" there and \" \" here";
    requireRefused(1, sentence.formatted(a, b), merge(List.of(a, b)));
    assertFalse(Files.exists(folder.resolve("merged")));
    CliResult result = merge(List.of(a, searched("c", "[SEP]")));
    assertEquals(0, result.exitCode(), result.err());
    Path merged = Files.move(folder.resolve("merged"), folder.resolve("ac"));
    Files.move(folder.resolve("merged.manifest.json"), folder.resolve("ac.manifest.json"));
    requireRefused(1, sentence.formatted(merged, b), merge(List.of(merged, b)));
    Files.writeString(b, Files.readString(b).replace("b0\t", "b000\t"));
    assertEquals(0, merge(List.of(a, b)).exitCode(), "b is another run now");
    assertFalse(Files.exists(folder.resolve("merged.manifest.json")));
    Files.writeString(folder.resolve("a.manifest.json"), "{\"format\": 1}");
    requireRefused(1, "a.manifest.json", merge(List.of(a, b), "--force"));
  }

  private Path run(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void runsThatDoNotBelongTogetherAreRefused() throws IOException {
    Path a = run("a", "q1\tp1\t2.5\nq1\tp2\t1.5\nq2\tp1\t0.5\n");
    requireRefused(
        1,
        "b has query q3 where " + a + " has query q2: expected the same queries in the same order",
        merge(List.of(a, run("b", "q1\tp3\t1.25\nq3\tp3\t0.25\n"))));
    requireRefused(1, "c has no query more where", merge(List.of(a, run("c", "q1\tp3\t1.25\n"))));
    requireRefused(
        1,
        "d has passage p1 for query q1, which " + a + " has too: expected shards without common",
        merge(List.of(a, run("d", "q1\tp1\t2.5\nq2\tp4\t0.25\n"))));
    requireRefused(
        1,
        "e has ranks and no scores, expected a run of Tevatron's or TREC's form",
        merge(List.of(a, run("e", "q1\tp3\t1\nq2\tp3\t1\n"))));
    requireRefused(1, "a is given twice among the runs", merge(List.of(a, a)));
    requireRefused(1, "no such file or folder: ", merge(List.of(a, folder.resolve("x"))));
    requireRefused(2, "--depth must be 1 or more, not 0", merge(List.of(a), "--depth", 0));
    assertFalse(Files.exists(folder.resolve("merged")));
  }

  @Test
  void scoresOfAnyPrecisionStayAsTheyAre() throws IOException {
    Path a = run("a", "q\tp1\t0.1\nq\tp2\t-0.2\n");
    Path b = run("b", "q\tp3\t0.30000001192092896\nq\tp4\t0.123456789012\n");
    assertEquals(0, merge(List.of(a, b)).exitCode());
    assertEquals(
        "q\tp3\t0.30000001192092896\nq\tp4\t0.123456789012\nq\tp1\t0.1\nq\tp2\t-0.2\n",
        Files.readString(folder.resolve("merged")));
  }

  private static void requireRefused(int code, String sentence, CliResult result) {
    assertEquals(code, result.exitCode(), result.err());
    assertTrue(result.err().contains(sentence), result.err());
  }
}

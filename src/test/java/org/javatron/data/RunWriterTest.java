package org.javatron.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.javatron.io.TextFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunWriterTest {
  @TempDir Path folder;

  private String written(String name, RunFormat format) throws IOException {
    Path path = folder.resolve(name);
    try (RunWriter run = RunWriter.create(path, format)) {
      run.write("q1", List.of("7", "p 9"), new float[] {2.5f, 0.1f});
      run.write("q2", List.of(), new float[0]);
      run.write("q3", List.of("8"), new double[] {31.156443797335484});
      assertFalse(Files.exists(path));
      run.commit();
    }
    try (var in = TextFiles.open(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void threeColumnFormats() throws IOException {
    String scores = "q1\t7\t2.5\nq1\tp 9\t0.1\nq3\t8\t31.156443797335484\n";
    assertEquals(scores, written("run.tsv", RunFormat.TEVATRON));
    assertEquals(scores, written("run.tsv.gz", RunFormat.TEVATRON));
    assertEquals(0x1f, Files.readAllBytes(folder.resolve("run.tsv.gz"))[0]);
    assertEquals("q1\t7\t1\nq1\tp 9\t2\nq3\t8\t1\n", written("run.marco", RunFormat.MARCO));
  }

  @Test
  void trecHasSixColumnsAndATag() throws IOException {
    Path path = folder.resolve("run.trec");
    try (RunWriter run = RunWriter.create(path, RunFormat.TREC, "mine")) {
      run.write("q", List.of("a", "b"), new float[] {2, 1});
      run.commit();
    }
    assertEquals("q Q0 a 1 2.0 mine\nq Q0 b 2 1.0 mine\n", Files.readString(path));
  }

  @Test
  void withoutCommitNothingIsLeft() throws IOException {
    try (RunWriter run = RunWriter.create(folder.resolve("run.tsv.gz"), RunFormat.TEVATRON)) {
      run.write("q", List.of("a"), new float[] {1});
    }
    try (var files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void whatNoReaderCouldReadIsRefused() throws IOException {
    try (RunWriter run = RunWriter.create(folder.resolve("run"), RunFormat.TREC)) {
      refused("a trec run", () -> run.write("q", List.of("p 9"), new float[] {1}));
      refused("query id", () -> run.write("", List.of("p"), new float[] {1}));
      refused("2 passages but 1", () -> run.write("q", List.of("a", "b"), new float[] {1}));
      refused("score NaN", () -> run.write("q", List.of("a"), new float[] {Float.NaN}));
      refused("score Inf", () -> run.write("q", List.of("a"), new double[] {1 / 0.0}));
    }
    refused("run tag", () -> RunWriter.create(folder.resolve("r"), RunFormat.TREC, "my run"));
    try (RunWriter run = RunWriter.create(folder.resolve("run"), RunFormat.TEVATRON)) {
      refused("a tab", () -> run.write("q", List.of("a\tb"), new float[] {1}));
    }
  }

  private static void refused(String part, org.junit.jupiter.api.function.Executable action) {
    var e = assertThrows(IllegalArgumentException.class, action);
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }
}

package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.embeddings.EmbeddingsHeader;
import org.javatron.embeddings.Shard;
import org.javatron.embeddings.TestEmbeddings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code quantize}, and {@code search --quantized} beside the search without. */
class QuantizeCommandTest {
  private static final int DIM = 100;
  private static final int ROWS = 9000; // three blocks

  @TempDir Path folder;
  private Path passages;
  private Path queries;
  private Path int8;

  @BeforeEach
  void makeEmbeddings() throws IOException {
    passages = embeddings("P", ROWS, 1);
    queries = embeddings("Q", 7, 2);
    int8 = folder.resolve("P8");
  }

  private Path embeddings(String name, int rows, int seed) throws IOException {
    return embeddings(name, rows, seed, DIM);
  }

  private Path embeddings(String name, int rows, int seed, int dim) throws IOException {
    EmbeddingsHeader header =
        new EmbeddingsHeader(
            Shard.whole(rows), dim, EmbeddingType.FLOAT32, TestEmbeddings.settings());
    float[] values = TestEmbeddings.vectors(rows, dim, seed);
    return TestEmbeddings.write(folder.resolve(name), header, values, 1000);
  }

  private CliResult quantize(Object... more) {
    Object[] arguments = {"quantize", "--passages", passages, "--output", int8};
    Object[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return CliResult.of(all);
  }

  private CliResult search(Path run, Object... more) {
    Object[] arguments = {
      "search", "--queries", queries, "--passages", passages, "--output", run, "--depth", 30
    };
    Object[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return CliResult.of(all);
  }

  @Test
  void theRunIsTheSameToTheByte() throws IOException {
    CliResult made = quantize();
    assertEquals(0, made.exitCode(), made.err());
    assertTrue(made.err().contains("9000 vectors of 100 values"), made.err());
    Path plain = folder.resolve("plain.tsv");
    Path fast = folder.resolve("fast.tsv");
    assertEquals(0, search(plain).exitCode());
    CliResult result = search(fast, "--quantized", int8);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(Files.readString(plain), Files.readString(fast));
  }

  /** Cut off anywhere, even within a block, it goes on to the same bytes. */
  @Test
  void whatWasKilledGoesOnToTheSameBytes() throws IOException {
    assertEquals(0, quantize("--queries", queries, "--heads", 64).exitCode());
    byte[] first = Files.readAllBytes(int8.resolve("codes-0.bin"));
    byte[] second = Files.readAllBytes(int8.resolve("codes-1.bin"));
    String manifest = Files.readString(int8.resolve("int8.json"));
    String begun = manifest.substring(0, manifest.indexOf(",\n  \"files\"")) + "\n}\n";
    for (double part : new double[] {0, 0.01, 0.5, 1}) {
      Files.delete(int8.resolve("int8.json"));
      Files.delete(int8.resolve("codes-0.bin"));
      Files.delete(int8.resolve("codes-1.bin"));
      Files.writeString(int8.resolve(".int8.json.part"), begun);
      cut(".codes-0.bin.part", first, part);
      cut(".codes-1.bin.part", second, 0.9 * part);
      CliResult result = quantize("--queries", queries);
      assertEquals(0, result.exitCode(), result.err());
      assertArrayEquals(first, Files.readAllBytes(int8.resolve("codes-0.bin")), "from " + part);
      assertArrayEquals(second, Files.readAllBytes(int8.resolve("codes-1.bin")), "from " + part);
      assertEquals(manifest, Files.readString(int8.resolve("int8.json")));
      requireFiles("axes.bin", "codes-0.bin", "codes-1.bin", "int8.json");
    }
    assertEquals(0, quantize("--force", "--heads", 100).exitCode());
    requireFiles("axes.bin", "codes-0.bin", "int8.json");
  }

  private void requireFiles(String... names) throws IOException {
    try (var files = Files.list(int8)) {
      assertEquals(
          List.of(names), files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }

  private void cut(String name, byte[] bytes, double part) throws IOException {
    Files.write(int8.resolve(name), Arrays.copyOf(bytes, (int) (bytes.length * part)));
  }

  private void refused(CliResult result, int code, String... words) {
    assertEquals(code, result.exitCode(), result.err());
    for (String word : words) {
      assertTrue(result.err().contains(word), result.err());
    }
    assertFalse(result.err().contains("\tat "), result.err());
  }

  @Test
  void eachErrorIsOneSentence() throws IOException {
    refused(search(folder.resolve("r"), "--quantized", int8), 1, "P8", "int8.json");
    assertEquals(0, quantize().exitCode());
    refused(quantize(), 1, "finished already", "--force");
    refused(
        search(folder.resolve("r"), "--quantized", int8, "--device", "cuda"), 2, "--device cpu");
    assertFalse(Files.exists(folder.resolve("r")));

    Path all = passages;
    passages = embeddings("other", ROWS, 5);
    refused(search(folder.resolve("r"), "--quantized", int8), 1, "other embeddings", "P8");
    unfinish();
    refused(quantize(), 1, "unfinished form of other embeddings", "--force");
    assertEquals(0, quantize("--force").exitCode());
    assertEquals(0, search(folder.resolve("r"), "--quantized", int8).exitCode());
    unfinish();
    refused(quantize("--heads", 64), 1, "unfinished form with other heads", "--force");
    refused(quantize("--queries", queries), 1, "of other queries", "--force");

    passages = all;
    assertEquals(0, quantize("--force").exitCode());
    refused(quantize("--force", "--heads", 63), 1, "heads [63]", "multiples of 64");
    refused(quantize("--force", "--heads", "64,64"), 1, "heads [64, 64]", "ascending");
    refused(quantize("--force", "--heads", 128), 1, "heads [128]", "up to 100");
    refused(quantize("--force", "--queries", embeddings("Q9", 3, 2, 9)), 1, "9 values", "100");
    assertEquals(0, search(folder.resolve("kept"), "--quantized", int8).exitCode());
    Path codes = int8.resolve("codes-0.bin");
    byte[] bytes = Files.readAllBytes(codes);
    Files.write(codes, Arrays.copyOf(bytes, bytes.length - 1));
    refused(search(folder.resolve("s"), "--quantized", int8), 1, "codes-0.bin", "9000 rows");
    Files.write(codes, bytes);
    Path axes = int8.resolve("axes.bin");
    byte[] right = Files.readAllBytes(axes);
    byte[] wrong = right.clone();
    wrong[1000] ^= 1;
    Files.write(axes, wrong);
    refused(search(folder.resolve("s"), "--quantized", int8), 1, "axes.bin", "quantize again");
    Files.write(axes, right);
    Path manifest = int8.resolve("int8.json");
    String json = Files.readString(manifest);
    Files.writeString(manifest, json.replace("javatron-int8", "something"));
    refused(search(folder.resolve("s"), "--quantized", int8), 1, "int8.json", "format");
    Files.writeString(manifest, json.replaceFirst("\"heads\" : \\[", "\"heads\" : [ 99, 64,"));
    refused(
        search(folder.resolve("s"), "--quantized", int8), 1, "int8.json", "ascending up to 100");
    Files.writeString(manifest, json.replaceFirst("base64\" : \"....", "base64\" : \""));
    refused(search(folder.resolve("s"), "--quantized", int8), 1, "mean_float32_base64");
  }

  private void unfinish() throws IOException {
    try (var files = Files.list(int8)) {
      for (Path file : files.filter(file -> !file.endsWith("axes.bin")).toList()) {
        Files.move(file, file.resolveSibling("." + file.getFileName() + ".part"));
      }
    }
  }
}

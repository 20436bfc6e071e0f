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
  private static final int DIM = 20;
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
    EmbeddingsHeader header =
        new EmbeddingsHeader(
            Shard.whole(rows), DIM, EmbeddingType.FLOAT32, TestEmbeddings.settings());
    float[] values = TestEmbeddings.vectors(rows, DIM, seed);
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
    assertTrue(made.err().contains("9000 vectors of 20 values"), made.err());
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
    assertEquals(0, quantize().exitCode());
    byte[] codes = Files.readAllBytes(int8.resolve("codes.bin"));
    String manifest = Files.readString(int8.resolve("int8.json"));
    String begun = manifest.substring(0, manifest.indexOf(",\n  \"files\"")) + "\n}\n";
    for (int length : new int[] {0, 100, codes.length / 2, codes.length}) {
      Files.delete(int8.resolve("int8.json"));
      Files.delete(int8.resolve("codes.bin"));
      Files.writeString(int8.resolve(".int8.json.part"), begun);
      Files.write(int8.resolve(".codes.bin.part"), Arrays.copyOf(codes, length));
      CliResult result = quantize();
      assertEquals(0, result.exitCode(), result.err());
      assertArrayEquals(codes, Files.readAllBytes(int8.resolve("codes.bin")), "from " + length);
      assertEquals(manifest, Files.readString(int8.resolve("int8.json")));
      try (var files = Files.list(int8)) {
        assertEquals(
            List.of("codes.bin", "int8.json"),
            files.map(f -> f.getFileName().toString()).sorted().toList());
      }
    }
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
    Files.move(int8.resolve("codes.bin"), int8.resolve(".codes.bin.part"));
    Files.move(int8.resolve("int8.json"), int8.resolve(".int8.json.part"));
    refused(quantize(), 1, "unfinished form of other embeddings", "--force");
    assertEquals(0, quantize("--force").exitCode());
    assertEquals(0, search(folder.resolve("r"), "--quantized", int8).exitCode());

    passages = all;
    assertEquals(0, quantize("--force").exitCode());
    Path codes = int8.resolve("codes.bin");
    byte[] bytes = Files.readAllBytes(codes);
    Files.write(codes, Arrays.copyOf(bytes, bytes.length - 1));
    refused(search(folder.resolve("s"), "--quantized", int8), 1, "codes.bin", "9000 rows");
    Files.write(codes, bytes);
    Path manifest = int8.resolve("int8.json");
    String json = Files.readString(manifest);
    Files.writeString(manifest, json.replace("javatron-int8", "something"));
    refused(search(folder.resolve("s"), "--quantized", int8), 1, "int8.json", "format");
    Files.writeString(manifest, json.replaceFirst("base64\" : \"....", "base64\" : \""));
    refused(search(folder.resolve("s"), "--quantized", int8), 1, "mean_float32_base64");
  }
}

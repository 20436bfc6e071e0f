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
import java.util.stream.Stream;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.embeddings.EmbeddingsHeader;
import org.javatron.embeddings.EmbeddingsWriter;
import org.javatron.embeddings.Shard;
import org.javatron.embeddings.TestEmbeddings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Embeddings into Faiss's files and back, searched on the way, and what is refused. */
class EmbeddingsCommandTest {
  @TempDir Path folder;
  private Path passages;
  private Path queries;
  private Path output;

  @BeforeEach
  void embeddings() throws IOException {
    passages = write("P", 40, 6, 1);
    queries = write("Q", 5, 6, 2);
    output = folder.resolve("out/index.faiss");
  }

  private Path write(String name, int rows, int dim, long seed) throws IOException {
    return TestEmbeddings.write(
        folder.resolve(name),
        TestEmbeddings.header(rows, dim, EmbeddingType.FLOAT32),
        TestEmbeddings.vectors(rows, dim, seed),
        17);
  }

  private CliResult convert(Path input, Path to, String form, Object... more) {
    Object[] arguments = {"embeddings", "--input", input, "--output", to, "--to", form};
    return CliResult.of(Stream.concat(Arrays.stream(arguments), Arrays.stream(more)).toArray());
  }

  private static void requireOk(CliResult result) {
    assertEquals(0, result.exitCode(), result.err());
  }

  private String search(Path asked, Path searched) throws IOException {
    Path run = folder.resolve("run.tsv");
    requireOk(
        CliResult.of(
            "search",
            "--queries",
            asked,
            "--passages",
            searched,
            "--output",
            run,
            "--depth",
            9,
            "--force"));
    return Files.readString(run);
  }

  @Test
  void thereAndBackKeepsEveryByteAndEveryResult() throws IOException {
    CliResult result = convert(passages, output, "faiss");
    requireOk(result);
    assertEquals(
        "embeddings: %s: 40 vectors of 6 values, ids in %s.ids\n".formatted(output, output),
        result.err());
    Path back = folder.resolve("back");
    requireOk(convert(output, back, "folder"));
    for (String name : List.of("embeddings.npy", "embeddings.ids")) {
      assertArrayEquals(
          Files.readAllBytes(passages.resolve(name)), Files.readAllBytes(back.resolve(name)));
    }
    String expected = search(queries, passages);
    assertEquals(expected, search(queries, output));
    Path asked = folder.resolve("q.faiss");
    requireOk(convert(queries, asked, "faiss"));
    assertEquals(expected, search(asked, output));
  }

  @Test
  void aFoldersSettingsStayAndValuesMayBeRounded() throws IOException {
    Path half = folder.resolve("half");
    requireOk(convert(passages, half, "folder", "--dtype", "float16"));
    String manifest = Files.readString(half.resolve("manifest.json"));
    assertTrue(manifest.contains("\"pooling\" : \"mean\""), manifest);
    assertTrue(manifest.contains("float16"), manifest);
  }

  /** The output would hold both under the settings of the first, and no search could tell. */
  @Test
  void foldersOfDifferentMakingDoNotBecomeOne() throws IOException {
    for (String setting : List.of("model_sha256", "separator", "max_length")) {
      EmbeddingsHeader other =
          new EmbeddingsHeader(
              Shard.whole(3),
              6,
              EmbeddingType.FLOAT32,
              TestEmbeddings.settings().put(setting, "x"));
      Path changed = folder.resolve(setting);
      try (EmbeddingsWriter writer = EmbeddingsWriter.open(changed, other)) {
        writer.append(new float[18], List.of("x", "y", "z"));
        writer.finish();
      }
      for (String form : List.of("folder", "faiss", "tevatron")) {
        CliResult result =
            CliResult.of(
                "embeddings", "--input", passages, changed, "--output", output, "--to", form);
        requireRefused(" were made differently: " + setting + " is ", result);
        assertFalse(result.err().contains("--allow-mismatch"), "this command has none");
        assertFalse(Files.exists(output));
      }
    }
  }

  @Test
  void whatCannotBeConvertedOrSearchedIsRefused() throws IOException {
    Path twice = folder.resolve("twice");
    EmbeddingsHeader header =
        new EmbeddingsHeader(Shard.whole(2), 6, EmbeddingType.FLOAT32, TestEmbeddings.settings());
    try (EmbeddingsWriter writer = EmbeddingsWriter.open(twice, header)) {
      writer.append(new float[12], List.of("x", "x"));
      writer.finish();
    }
    requireRefused("the id \"x\" comes twice, in rows 0 and 1", convert(twice, output, "faiss"));
    requireRefused("is the input; expected another", convert(passages, passages, "folder"));
    requireRefused("Q exists already: replace it", convert(passages, queries, "folder"));
    requireRefused("no such file or folder: ", convert(folder.resolve("x"), output, "faiss"));
    Path text = Files.writeString(folder.resolve("text"), "id\ttext\n");
    requireRefused("ends at byte 8, inside its header", convert(text, output, "faiss"));
    assertFalse(Files.exists(output));
    requireOk(convert(passages, output, "faiss", "--metric", "l2"));
    requireRefused("index.faiss exists already: replace", convert(passages, output, "faiss"));
    requireSearchRefused(
        "index.faiss is an index by squared distance (IxF2), expected one by inner product (IxFI)",
        queries,
        output);
    requireOk(convert(write("wide", 3, 7, 1), output, "faiss", "--force"));
    requireSearchRefused(
        "Q has vectors of 6 values but " + output + " has vectors of 7", queries, output);
    requireSearchRefused(
        "index.faiss is a file; expected folders where several passages are given",
        queries,
        passages,
        output);
    Files.writeString(folder.resolve("out/index.faiss.ids"), "a\nb\n");
    requireRefused(
        "index.faiss.ids should have 3 lines, one id for each row, but has 2",
        convert(output, folder.resolve("short"), "folder"));
    assertFalse(Files.exists(folder.resolve("short")));
  }

  private static void requireRefused(String sentence, CliResult result) {
    assertEquals(1, result.exitCode(), result.err());
    assertTrue(result.err().contains(sentence), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
  }

  private void requireSearchRefused(String sentence, Path asked, Path... searched) {
    Path run = folder.resolve("refused.tsv");
    Object[] arguments = {"search", "--output", run, "--queries", asked, "--passages"};
    requireRefused(
        sentence,
        CliResult.of(Stream.concat(Arrays.stream(arguments), Arrays.stream(searched)).toArray()));
    assertFalse(Files.exists(run));
  }
}

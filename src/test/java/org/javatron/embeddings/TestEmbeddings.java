package org.javatron.embeddings;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Seeded vectors and ids, and their folders, for the tests of this and of other packages. */
public final class TestEmbeddings {
  private TestEmbeddings() {}

  /** Settings as {@code encode} writes them. */
  public static ObjectNode settings() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("model_sha256", "ab".repeat(32))
        .put("tokenizer_sha256", "cd".repeat(32))
        .put("pooling", "mean")
        .put("normalize", true)
        .put("max_length", 128)
        .put("separator", "[SEP]");
  }

  /** An undivided header with those settings. */
  public static EmbeddingsHeader header(long rows, int dim, EmbeddingType type) {
    return new EmbeddingsHeader(Shard.whole(rows), dim, type, settings());
  }

  /** Gaussian values. */
  public static float[] vectors(int rows, int dim, long seed) {
    Random random = new Random(seed);
    float[] values = new float[rows * dim];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Ids of one to three UTF-8 bytes a character. */
  public static List<String> ids(int rows) {
    return IntStream.range(0, rows).mapToObj(i -> "pé文".substring(i % 3) + i).toList();
  }

  /** Writes a folder in chunks of the given size. */
  public static Path write(Path folder, EmbeddingsHeader header, float[] vectors, int chunk)
      throws IOException {
    try (EmbeddingsWriter writer = EmbeddingsWriter.open(folder, header)) {
      append(writer, header, vectors, chunk, (int) header.rows());
      writer.finish();
    }
    return folder;
  }

  /** Appends chunks from where the writer stands up to row {@code end}. */
  public static void append(
      EmbeddingsWriter writer, EmbeddingsHeader header, float[] vectors, int chunk, int end)
      throws IOException {
    int dim = header.dim();
    int first = (int) header.shard().firstRow();
    List<String> ids = ids(vectors.length / dim);
    for (int row = (int) writer.rowsWritten(); row < end; row += chunk) {
      int from = first + row;
      int to = first + Math.min(end, row + chunk);
      writer.append(Arrays.copyOfRange(vectors, from * dim, to * dim), ids.subList(from, to));
    }
  }
}

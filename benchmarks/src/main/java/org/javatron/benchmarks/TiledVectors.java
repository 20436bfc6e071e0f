package org.javatron.benchmarks;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.embeddings.Embeddings;
import org.javatron.embeddings.EmbeddingsHeader;
import org.javatron.embeddings.EmbeddingsWriter;
import org.javatron.embeddings.Shard;

/**
 * Any number of vectors that are like a real model's: {@code TiledVectors ROWS NOISE TYPE SHARDS
 * OUTPUT FOLDER...} writes a folder of embeddings, or one of as many shards. Row i is row {@code i
 * mod n} of each of the given folders side by side, each of length 1, plus Gaussian noise of the
 * length NOISE, all of it of length 1 in the end. The rows' noise has their number as its seed, so
 * that the bytes are the same anywhere. A run that was killed goes on.
 */
public final class TiledVectors {
  private static final int CHUNK = 16_384;

  private final float[] values;
  private final int dim;
  private final int rows;
  private final double noise;

  private TiledVectors(List<Embeddings> parts, double noise) {
    this.noise = noise;
    rows = (int) parts.get(0).rows();
    dim = parts.stream().mapToInt(Embeddings::dim).sum();
    values = new float[rows * dim];
    int offset = 0;
    for (Embeddings part : parts) {
      float[] row = new float[part.dim()];
      for (int i = 0; i < rows; i++) {
        part.read(i, 1, row, 0);
        double length = length(row, 0, row.length) * Math.sqrt(parts.size());
        for (int j = 0; j < row.length; j++) {
          values[i * dim + offset + j] = (float) (row[j] / length);
        }
      }
      offset += part.dim();
    }
  }

  private static double length(float[] row, int from, int count) {
    double square = 0;
    for (int i = from; i < from + count; i++) {
      square += (double) row[i] * row[i];
    }
    return Math.sqrt(square);
  }

  private void make(long row, float[] target, int offset) {
    SplittableRandom random = new SplittableRandom(row);
    double deviation = noise / Math.sqrt(dim);
    int from = (int) (row % rows) * dim;
    for (int i = 0; i < dim; i++) {
      double added = deviation == 0 ? 0 : deviation * random.nextGaussian();
      target[offset + i] = (float) (values[from + i] + added);
    }
    double length = length(target, offset, dim);
    for (int i = 0; i < dim; i++) {
      target[offset + i] /= (float) length;
    }
  }

  /**
   * Writes the folder, unless it is there.
   *
   * @param arguments as above
   * @throws IOException if a folder cannot be read or written
   */
  public static void main(String[] arguments) throws IOException {
    long count = Long.parseLong(arguments[0]);
    EmbeddingType type = EmbeddingType.valueOf(arguments[2]);
    int shards = Integer.parseInt(arguments[3]);
    List<Embeddings> parts = new ArrayList<>();
    for (String folder : Arrays.asList(arguments).subList(5, arguments.length)) {
      parts.add(Embeddings.open(Path.of(folder)));
    }
    TiledVectors vectors = new TiledVectors(parts, Double.parseDouble(arguments[1]));
    for (int i = 0; i < shards; i++) {
      vectors.write(new Shard(i, shards, count), type, Path.of(arguments[4]));
    }
  }

  private void write(Shard shard, EmbeddingType type, Path output) throws IOException {
    Path folder = shard.directory(output);
    if (EmbeddingsWriter.isFinished(folder)) {
      return;
    }
    EmbeddingsHeader header =
        new EmbeddingsHeader(shard, dim, type, JsonNodeFactory.instance.objectNode());
    try (EmbeddingsWriter writer = EmbeddingsWriter.open(folder, header)) {
      while (writer.rowsWritten() < shard.rows()) {
        long from = shard.firstRow() + writer.rowsWritten();
        int some = (int) Math.min(CHUNK, shard.rows() - writer.rowsWritten());
        float[] chunk = new float[some * dim];
        IntStream.range(0, some).parallel().forEach(i -> make(from + i, chunk, i * dim));
        List<String> ids = new ArrayList<>(some);
        for (int i = 0; i < some; i++) {
          ids.add(Long.toString(from + i));
        }
        writer.append(chunk, ids);
      }
      writer.finish();
    }
  }
}

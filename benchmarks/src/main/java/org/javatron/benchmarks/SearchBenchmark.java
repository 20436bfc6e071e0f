package org.javatron.benchmarks;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.embeddings.Embeddings;
import org.javatron.embeddings.EmbeddingsHeader;
import org.javatron.embeddings.EmbeddingsWriter;
import org.javatron.embeddings.Shard;
import org.javatron.search.ExactSearcher;
import org.javatron.search.Hits;
import org.javatron.search.ReferenceSearcher;
import org.javatron.search.SearchOptions;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does exact search take, by the shape of its tiles above all? The vectors lie in
 * embedding folders below {@code target/search-benchmark}, made once from a seed. {@code
 * benchmarks/jmh-search} runs it; {@code benchmarks/compare-search} compares with Faiss.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 9)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "-Xmx4g",
      "-Dorg.bytedeco.javacpp.maxbytes=2g",
      "-Dorg.bytedeco.javacpp.maxphysicalbytes=16g",
      "--add-modules=jdk.incubator.vector"
    })
public class SearchBenchmark {
  private static final int PASSAGES = 200_000;
  private static final int QUERIES = 1000;
  private static final int CHUNK = 10_000;

  /** Values in a vector: MiniLM's and BERT-base's. */
  @Param({"384", "768"})
  public int dim;

  /** Queries searched at once. */
  @Param({"1", "32", "1000"})
  public int queries;

  /** Passages kept for each. */
  @Param({"10", "1000"})
  public int depth;

  /** Threads that compare. */
  @Param("2")
  public int threads;

  /** Passages of one matrix product. */
  @Param("1024")
  public int passageTile;

  /** Queries of one matrix product. */
  @Param("256")
  public int queryTile;

  private FirstRows asked;
  private ExactSearcher searcher;

  /**
   * Makes the folders if they are missing and checks one answer.
   *
   * @throws IOException if a folder cannot be written or read
   */
  @Setup
  public void open() throws IOException {
    Path root = Path.of(System.getProperty("javatron.benchmark.folder", "target/search-benchmark"));
    Embeddings passages = make(root.resolve("passages-" + dim), PASSAGES, 1);
    asked = new FirstRows(make(root.resolve("queries-" + dim), QUERIES, 2), queries);
    SearchOptions options = SearchOptions.defaults().withThreads(threads);
    searcher = new ExactSearcher(passages, options.withTiles(passageTile, queryTile));
    FirstRows one = new FirstRows(asked, 1);
    Hits expected = new ReferenceSearcher(passages).search(one, 1).get(0);
    Hits found = searcher.search(one, 1).get(0);
    if (found.ordinals()[0] != expected.ordinals()[0]) {
      throw new IllegalStateException(
          "found " + found.ordinals()[0] + ", expected " + expected.ordinals()[0]);
    }
  }

  /** Ends the threads. */
  @TearDown
  public void close() {
    searcher.close();
  }

  /**
   * One search.
   *
   * @return the results, for JMH to consume
   * @throws IOException never: everything is in memory
   */
  @Benchmark
  public List<Hits> search() throws IOException {
    return searcher.search(asked, depth);
  }

  /** Gaussian directions, all of length 1. */
  private Embeddings make(Path folder, int rows, long seed) throws IOException {
    if (!EmbeddingsWriter.isFinished(folder)) {
      EmbeddingsHeader header =
          new EmbeddingsHeader(
              Shard.whole(rows), dim, EmbeddingType.FLOAT32, JsonNodeFactory.instance.objectNode());
      EmbeddingsWriter.discard(folder);
      Random random = new Random(seed);
      try (EmbeddingsWriter writer = EmbeddingsWriter.open(folder, header)) {
        for (int first = 0; first < rows; first += CHUNK) {
          append(writer, first, Math.min(CHUNK, rows - first), random);
        }
        writer.finish();
      }
    }
    return Embeddings.open(folder);
  }

  private void append(EmbeddingsWriter writer, int first, int rows, Random random)
      throws IOException {
    float[] values = new float[rows * dim];
    List<String> ids = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      double squares = 0;
      for (int i = row * dim; i < (row + 1) * dim; i++) {
        values[i] = (float) random.nextGaussian();
        squares += values[i] * values[i];
      }
      for (int i = row * dim; i < (row + 1) * dim; i++) {
        values[i] /= (float) Math.sqrt(squares);
      }
      ids.add(Integer.toString(first + row));
    }
    writer.append(values, ids);
  }
}

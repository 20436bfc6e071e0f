package org.javatron.benchmarks;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.javatron.embeddings.Embeddings;
import org.javatron.embeddings.Int8Embeddings;
import org.javatron.kernels.RowMath;
import org.javatron.search.ExactSearcher;
import org.javatron.search.Hits;
import org.javatron.search.SearchOptions;

/**
 * Javatron's turns in {@code benchmarks/compare-search}: {@code FOLDER THREADS FORM}. FOLDER holds
 * {@code passages}, {@code queries} and, for the form int8 (the other is float32), {@code int8}.
 * Requests:
 *
 * <pre>
 * search QUERIES DEPTH FILE   the first queries; the passages' ordinals go to FILE as int32: ms, rescored
 * sgemm THREADS               GFLOP/s of a plain product
 * machine                     what computes
 * memory                      the most memory resident so far, mapped files included, MiB
 * </pre>
 */
public final class CpuSearchBenchmark {
  private final Embeddings queries;
  private final ExactSearcher searcher;

  private CpuSearchBenchmark(Path folder, int threads, String form) throws IOException {
    queries = Embeddings.open(folder.resolve("queries"));
    Embeddings passages = Embeddings.open(folder.resolve("passages"));
    SearchOptions options = SearchOptions.defaults().withThreads(threads).withMemory(2L << 30);
    searcher =
        form.equals("int8")
            ? new ExactSearcher(passages, Int8Embeddings.open(folder.resolve("int8")), options)
            : new ExactSearcher(passages, options);
  }

  /**
   * Answers requests until there are none.
   *
   * @param arguments as above
   * @throws IOException if a file cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    Requests.serve(
        new CpuSearchBenchmark(Path.of(arguments[0]), Integer.parseInt(arguments[1]), arguments[2])
            ::answer);
  }

  private void answer(String[] words, ObjectNode answer) throws IOException {
    switch (words[0]) {
      case "search" -> {
        FirstRows asked = new FirstRows(queries, Long.parseLong(words[1]));
        long scored = searcher.rescored();
        long start = System.nanoTime();
        List<Hits> found = searcher.search(asked, Integer.parseInt(words[2]));
        answer.put("ms", (System.nanoTime() - start) / 1e6);
        answer.put("rescored", searcher.rescored() - scored);
        write(found, Path.of(words[3]));
      }
      case "sgemm" -> {
        try (SgemmRate rate = new SgemmRate(Integer.parseInt(words[1]))) {
          answer.put("gflops", rate.measure());
        }
      }
      case "machine" ->
          answer
              .put("java", System.getProperty("java.vm.version"))
              .put("vectors", RowMath.fastest().description());
      case "memory" -> answer.put("mib", Requests.mostResident());
      default -> throw new IllegalArgumentException("unknown request " + words[0]);
    }
  }

  private static void write(List<Hits> found, Path file) throws IOException {
    int depth = found.get(0).size();
    ByteBuffer bytes =
        ByteBuffer.allocate(found.size() * depth * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (Hits hits : found) {
      for (int ordinal : hits.ordinals()) {
        bytes.putInt(ordinal);
      }
    }
    Files.write(file, bytes.array());
  }
}

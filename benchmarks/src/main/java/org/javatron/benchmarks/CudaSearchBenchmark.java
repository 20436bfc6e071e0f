package org.javatron.benchmarks;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.LongStream;
import org.javatron.embeddings.MemoryVectors;
import org.javatron.kernels.cuda.CudaArray;
import org.javatron.kernels.cuda.CudaDevice;
import org.javatron.kernels.cuda.CudaProducts.Epilogue;
import org.javatron.kernels.cuda.CudaType;
import org.javatron.search.Hits;
import org.javatron.search.SearchOptions;
import org.javatron.search.cuda.CudaSearcher;

/**
 * How long exact search takes on a GPU, beside what its memory and its tensor cores allow; both are
 * measured first. {@code peers/torch_search.py} does the same in PyTorch, on the same vectors.
 * Times are from vectors of queries in Java to results in Java, the passages being on the GPU.
 *
 * <p>Usage: {@code CudaSearchBenchmark [passages=8841823] [dim=768] [runs=5]}
 */
public final class CudaSearchBenchmark {
  private static final int MARCO_QUERIES = 6980;
  private static final int[] QUERIES = {1, 32, MARCO_QUERIES};
  private static final int[] DEPTHS = {10, 100, 1000};
  private static final int CHECKED = 3;

  private CudaSearchBenchmark() {}

  /**
   * Runs.
   *
   * @param args how many passages, of how many values, timed how often
   * @throws IOException if the memory does not suffice
   */
  public static void main(String[] args) throws IOException {
    long passages = args.length > 0 ? Long.parseLong(args[0]) : 8_841_823;
    int dim = args.length > 1 ? Integer.parseInt(args[1]) : 768;
    int runs = args.length > 2 ? Integer.parseInt(args[2]) : 5;
    double[] ceilings = ceilings();
    ClusteredVectors all = new ClusteredVectors(passages, dim, 1, ClusteredVectors.centres(dim));
    print("| queries | depth | ms (median of %d) | fastest | floor ms | times the floor |", runs);
    print("| ---: | ---: | ---: | ---: | ---: | ---: |");
    rows(all, QUERIES, runs, ceilings);
    print("The same with products by cuBLASLt where the GPU has a kernel of our own:");
    System.setProperty("javatron.search.products", "true");
    rows(all, new int[] {MARCO_QUERIES}, runs, ceilings);
  }

  private static void rows(ClusteredVectors all, int[] counts, int runs, double[] ceilings)
      throws IOException {
    int dim = all.dim();
    SearchOptions options = SearchOptions.defaults().withMemory(8L << 30);
    try (CudaSearcher searcher = new CudaSearcher(all, options)) {
      long start = System.nanoTime();
      searcher.search(new ClusteredVectors(1, dim, 2, all.centres()), 1);
      String plan = searcher.plan(MARCO_QUERIES, 1000).description();
      double seconds = (System.nanoTime() - start) / 1e9;
      for (int count : counts) {
        ClusteredVectors queries = new ClusteredVectors(count, dim, 2, all.centres());
        for (int depth : DEPTHS) {
          double bytes = 2.0 * all.rows() * dim;
          double floor = Math.max(bytes / ceilings[0], bytes * count / ceilings[1]);
          row(searcher, queries, depth, runs, floor * 1e3);
        }
      }
      print("passages on the GPU after %.1f s; %s", seconds, plan);
      check(searcher, all, new ClusteredVectors(MARCO_QUERIES, dim, 2, all.centres()), 1000);
    }
  }

  private static void row(
      CudaSearcher searcher, ClusteredVectors queries, int depth, int runs, double floor)
      throws IOException {
    float[] values = new float[(int) queries.rows() * queries.dim()];
    queries.read(0, (int) queries.rows(), values, 0);
    MemoryVectors inMemory =
        new MemoryVectors(
            values,
            queries.dim(),
            LongStream.range(0, queries.rows()).mapToObj(Long::toString).toList());
    double[] times = new double[runs];
    for (int run = -2; run < runs; run++) {
      long start = System.nanoTime();
      searcher.search(inMemory, depth);
      if (run >= 0) {
        times[run] = (System.nanoTime() - start) / 1e6;
      }
    }
    Arrays.sort(times);
    double median = times[runs / 2];
    print(
        "| %d | %d | %.2f | %.2f | %.2f | %.2f |",
        queries.rows(), depth, median, times[0], floor, median / floor);
  }

  /** Bytes a second of a copy, counting both ways, and operations a second of a half product. */
  private static double[] ceilings() {
    try (CudaDevice device = CudaDevice.open()) {
      print("%s, %d multiprocessors", device.name(), device.multiprocessors());
      long bytes = 4L << 30;
      double copy;
      try (CudaArray from = device.allocate(CudaType.INT8, bytes);
          CudaArray to = device.allocate(CudaType.INT8, bytes)) {
        from.fill(1);
        copy = 2.0 * bytes / seconds(device, () -> to.assign(from));
      }
      int n = 8192;
      double product;
      float[] random = new float[n * n];
      Random source = new Random(1);
      for (int i = 0; i < random.length; i++) {
        random[i] = source.nextFloat() - 0.5f;
      }
      try (CudaArray a = device.allocate(CudaType.FLOAT16, n, n);
          CudaArray b = device.allocate(CudaType.FLOAT16, n, n);
          CudaArray out = device.allocate(CudaType.FLOAT16, n, n)) {
        a.put(random, 0, random.length);
        b.put(random, 0, random.length);
        Runnable multiply = () -> device.products().rowsTimesRows(a, b, null, Epilogue.NONE, out);
        product = 2.0 * n * n * n / seconds(device, multiply);
      }
      print(
          "a copy moves %.0f GB/s, a half product of %d runs at %.0f TFLOP/s",
          copy / 1e9, n, product / 1e12);
      return new double[] {copy, product};
    }
  }

  private static double seconds(CudaDevice device, Runnable work) {
    int times = 20;
    for (int i = -3; i < 0; i++) {
      work.run();
    }
    device.synchronize();
    long start = System.nanoTime();
    for (int i = 0; i < times; i++) {
      work.run();
    }
    device.synchronize();
    return (System.nanoTime() - start) / 1e9 / times;
  }

  /** Some queries' results against all products in whole numbers, sorted. */
  private static void check(
      CudaSearcher searcher, ClusteredVectors all, ClusteredVectors queries, int depth)
      throws IOException {
    List<Hits> found = searcher.search(queries, depth);
    int[] rows = {0, (int) queries.rows() / 2, (int) queries.rows() - 1};
    int[][] asked = new int[CHECKED][all.dim()];
    float[][] scores = new float[CHECKED][(int) all.rows()];
    for (int q = 0; q < CHECKED; q++) {
      queries.integers(rows[q], asked[q]);
    }
    int step = 1 << 14;
    LongStream.range(0, (all.rows() + step - 1) / step)
        .parallel()
        .forEach(
            part -> {
              int[] row = new int[all.dim()];
              for (long p = part * step; p < Math.min(all.rows(), (part + 1) * step); p++) {
                all.integers(p, row);
                for (int q = 0; q < CHECKED; q++) {
                  scores[q][(int) p] = product(asked[q], row);
                }
              }
            });
    for (int q = 0; q < CHECKED; q++) {
      long[] order = new long[scores[q].length];
      for (int p = 0; p < order.length; p++) { // the largest score first, then the least ordinal
        int bits = Float.floatToRawIntBits(scores[q][p] + 0f);
        order[p] = (long) ~(bits ^ bits >> 31 & 0x7fffffff) << 32 | p;
      }
      Arrays.parallelSort(order);
      Hits hits = found.get(rows[q]);
      for (int i = 0; i < depth; i++) {
        int expected = (int) order[i];
        if (hits.ordinals()[i] != expected || hits.scores()[i] != scores[q][expected]) {
          throw new IllegalStateException(
              "query %d, rank %d: found %d (%s), expected %d (%s)"
                  .formatted(
                      rows[q],
                      i,
                      hits.ordinals()[i],
                      hits.scores()[i],
                      expected,
                      scores[q][expected]));
        }
      }
    }
    print("%d queries checked to depth %d against all products: the same", CHECKED, depth);
  }

  private static float product(int[] a, int[] b) {
    long sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return (float) (sum / (double) ((long) ClusteredVectors.SCALE * ClusteredVectors.SCALE));
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}

package org.javatron.search;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.javatron.embeddings.MemoryVectors;
import org.javatron.kernels.RowMath;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does choosing the best of a million scores take, beside computing them? The scores of one
 * query come by tiles of 1024, as in a search. In the package of what it measures.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector"})
public class SelectionBenchmark {
  private static final int SCORES = 1 << 20;
  private static final int TILE = 1024;

  /** Passages that are kept. */
  @Param({"10", "100", "1000"})
  public int depth;

  private final float[] scores = new float[SCORES];
  private final float[] tile = new float[TILE];
  private final int[] positions = new int[TILE];
  private final RowMath rowMath = RowMath.fastest();
  private CanonicalScores exact;

  /** Seeded scores, normally distributed. */
  @Setup(Level.Trial)
  public void make() {
    Random random = new Random(1);
    for (int i = 0; i < SCORES; i++) {
      scores[i] = (float) random.nextGaussian();
    }
    MemoryVectors passages = new MemoryVectors(scores, 1, Collections.nCopies(SCORES, "p"));
    MemoryVectors one = new MemoryVectors(new float[] {1}, 1, List.of("q"));
    exact = new CanonicalScores(Metric.INNER_PRODUCT, passages, one);
  }

  /**
   * A heap of the best so far, with the least on top: Faiss below a depth of 100. Every score is
   * compared by itself.
   *
   * @return the least of the best
   */
  @Benchmark
  public long heap() {
    long[] heap = new long[depth];
    Arrays.fill(heap, Long.MIN_VALUE);
    for (int i = 0; i < SCORES; i++) {
      long key = SortKey.of(scores[i], i);
      if (key > heap[0]) {
        siftDown(heap, key);
      }
    }
    return heap[0];
  }

  private static void siftDown(long[] heap, long key) {
    int at = 0;
    for (int child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= key) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = key;
  }

  /**
   * A reservoir of twice the depth, halved by a selection when it is full: Faiss from a depth of
   * 100 on. Every score is compared by itself.
   *
   * @return the least of the best
   */
  @Benchmark
  public long reservoir() {
    long[] keys = new long[2 * depth];
    int size = 0;
    long least = Long.MIN_VALUE;
    for (int i = 0; i < SCORES; i++) {
      long key = SortKey.of(scores[i], i);
      if (key > least) {
        if (size == keys.length) {
          SortKey.selectLargest(keys, size, depth);
          size = depth;
          least = keys[depth - 1];
        }
        keys[size++] = key;
      }
    }
    SortKey.selectLargest(keys, size, depth);
    return keys[depth - 1];
  }

  /**
   * What {@link ExactSearcher} does: a vector comparison of a tile's scores with the bound, and
   * {@link TopK} for those that reach it.
   *
   * @return how many candidates were left
   */
  @Benchmark
  public int thresholdScan() {
    TopK top = new TopK(depth, SCORES, Math.max(depth / 2, 64));
    for (int from = 0; from < SCORES; from += TILE) {
      System.arraycopy(scores, from, tile, 0, TILE);
      float least = Math.nextDown((float) top.bound());
      int found = rowMath.collectReaching(tile, TILE, least, positions);
      if (found > 0) {
        top.offer(tile, positions, found, from, 0, exact);
      }
    }
    return top.settle();
  }
}

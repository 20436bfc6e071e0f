package org.javatron.search.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.embeddings.Embeddings;
import org.javatron.embeddings.EmbeddingsHeader;
import org.javatron.embeddings.MemoryVectors;
import org.javatron.embeddings.Shard;
import org.javatron.embeddings.TestEmbeddings;
import org.javatron.embeddings.Vectors;
import org.javatron.io.InputException;
import org.javatron.io.Progress;
import org.javatron.kernels.cuda.CudaDevice;
import org.javatron.search.Hits;
import org.javatron.search.PlannedSearcher;
import org.javatron.search.ReferenceSearcher;
import org.javatron.search.SearchDevice;
import org.javatron.search.SearchOptions;
import org.javatron.search.SearchPlan;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The GPU's results are {@link ReferenceSearcher}'s to the bit, so nothing here has a tolerance.
 */
@Tag("gpu")
class CudaSearcherTest {
  private static final SearchOptions OPTIONS = SearchOptions.defaults().withMemory(1L << 30);

  @TempDir Path temporary;

  private static MemoryVectors integers(int rows, int dim, int range, long seed) {
    Random random = new Random(seed);
    float[] values = new float[rows * dim];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(2 * range + 1) - range;
    }
    return vectors(values, dim);
  }

  private static MemoryVectors vectors(float[] values, int dim) {
    return new MemoryVectors(values, dim, TestEmbeddings.ids(values.length / dim));
  }

  private static MemoryVectors reals(int rows, int dim, long seed) {
    return vectors(TestEmbeddings.vectors(rows, dim, seed), dim);
  }

  /** The vectors as embeddings on disk, of which the searcher sees the stored values. */
  private Embeddings stored(Vectors vectors, EmbeddingType type, String name) throws IOException {
    int rows = (int) vectors.rows();
    float[] values = new float[rows * vectors.dim()];
    vectors.read(0, rows, values, 0);
    EmbeddingsHeader header =
        new EmbeddingsHeader(Shard.whole(rows), vectors.dim(), type, TestEmbeddings.settings());
    return Embeddings.open(
        TestEmbeddings.write(temporary.resolve(name + type), header, values, 500));
  }

  /** Everything small, so that few vectors meet many tiles, selections and slabs. */
  private static CudaLimits limits(int few, int block, int span, int rounds, long slabRows) {
    return limits(false, few, block, span, rounds, slabRows);
  }

  private static CudaLimits limits(
      boolean fused, int few, int block, int span, int rounds, long slabRows) {
    int scores = 2 * span * block;
    int lists = 8 * span * block;
    return new CudaLimits(
        1L << 30, 16, 48 << 10, fused, few, block, scores, lists, span, rounds, slabRows);
  }

  /** The ways of scanning that this GPU has for more than 32 queries. */
  private static boolean[] fusedOrNot() {
    try (CudaDevice device = CudaDevice.open()) {
      return device.capability() == 90 ? new boolean[] {false, true} : new boolean[] {false};
    }
  }

  private static CudaSearcher searcher(Vectors passages, CudaLimits limits) {
    return new CudaSearcher(CudaDevice.open(), passages, OPTIONS, limits);
  }

  private static void requireSame(List<Hits> all, List<Hits> found, int depth) {
    assertEquals(all.size(), found.size());
    for (int q = 0; q < all.size(); q++) {
      int size = Math.min(depth, all.get(q).size());
      assertArrayEquals(
          Arrays.copyOf(all.get(q).ordinals(), size), found.get(q).ordinals(), "query " + q);
      assertArrayEquals(Arrays.copyOf(all.get(q).scores(), size), found.get(q).scores());
    }
  }

  @Test
  void equalsTheReferenceForEverySizeAndType() throws IOException {
    int[] dims = {1, 7, 384, 768, 100};
    boolean[] fused = fusedOrNot();
    Random random = new Random(1);
    for (int i = 0; i < dims.length; i++) {
      int n = 600 + 311 * i;
      for (boolean whole : new boolean[] {true, false}) {
        Vectors made = whole ? integers(n, dims[i], 2, i) : reals(n, dims[i], i);
        Vectors queries = whole ? integers(40, dims[i], 2, 9 + i) : reals(40, dims[i], 9 + i);
        for (EmbeddingType type : EmbeddingType.values()) {
          Embeddings passages = stored(made, type, i + "-" + whole);
          List<Hits> all = new ReferenceSearcher(passages).search(queries, n);
          for (int way = 0; way <= fused.length; way++) {
            int block = new int[] {3, 17, 32, 40}[random.nextInt(4)];
            long slab = new long[] {256, 512, Long.MAX_VALUE}[random.nextInt(3)];
            CudaLimits limits =
                way == fused.length
                    ? limits(32, block, 256, 1, slab)
                    : limits(fused[way], 0, block, 256, 1 + random.nextInt(3), slab);
            try (CudaSearcher searcher = searcher(passages, limits)) {
              for (int depth : new int[] {1, 10, n / 3, n, n + 5}) {
                requireSame(all, searcher.search(queries, depth), depth);
              }
            }
          }
        }
      }
    }
  }

  @Test
  void allScoresEqualGivesTheFirstOrdinals() throws IOException {
    float[] ones = new float[9000 * 3];
    Arrays.fill(ones, 1);
    for (int queries : new int[] {1, 50}) {
      try (CudaSearcher searcher = searcher(vectors(ones, 3), limits(32, 64, 512, 2, 4096))) {
        for (Hits hits : searcher.search(integers(queries, 3, 0, 1), 700)) {
          assertArrayEquals(IntStream.range(0, 700).toArray(), hits.ordinals());
        }
      }
    }
  }

  @Test
  void theBestLastFillsEveryListAndLosesNothing() throws IOException {
    int n = 20_000;
    float[] steps = new float[n];
    for (int i = 0; i < n; i++) {
      steps[i] = i / 7;
    }
    MemoryVectors passages = vectors(steps, 1);
    MemoryVectors queries = vectors(new float[] {1, -1, 0, 2, 3, 4, 5, 6, 7, 8}, 1);
    List<Hits> all = new ReferenceSearcher(passages).search(queries, n);
    for (boolean fused : fusedOrNot()) {
      for (int few : new int[] {0, 32}) {
        try (CudaSearcher searcher = searcher(passages, limits(fused, few, 10, 1024, 2, n))) {
          requireSame(all, searcher.search(queries, 100), 100);
          requireSame(all, searcher.search(queries, 5000), 5000);
          requireSame(all, searcher.search(queries, n), n);
        }
      }
    }
  }

  @Test
  void realSizesWithTheLimitsOfTheDevice() throws IOException {
    Embeddings passages = stored(reals(30_000, 96, 5), EmbeddingType.FLOAT16, "real");
    Vectors queries = reals(200, 96, 6);
    List<Hits> all = new ReferenceSearcher(passages).search(queries, 1000);
    try (PlannedSearcher searcher = SearchDevice.CUDA.open(passages, OPTIONS)) {
      requireSame(all, searcher.search(queries, 1000), 1000);
      requireSame(all, searcher.search(queries, 10), 10);
    }
  }

  @Test
  void manyQueriesFillTilesAndLeaveSomeOfThemPartlyEmpty() throws IOException {
    Embeddings passages = stored(reals(7000, 160, 15), EmbeddingType.FLOAT16, "many");
    Vectors queries = reals(333, 160, 16);
    List<Hits> all = new ReferenceSearcher(passages).search(queries, 300);
    for (boolean fused : fusedOrNot()) {
      for (int block : new int[] {333, 128, 100}) {
        CudaLimits limits = limits(fused, 0, block, 2048, 2, block == 100 ? 2560 : 7000);
        try (CudaSearcher searcher = searcher(passages, limits)) {
          requireSame(all, searcher.search(queries, 300), 300);
        }
      }
    }
  }

  @Test
  void scalesFarFromOneAreNoDifference() throws IOException {
    for (float scale : new float[] {1e-30f, 1e-6f, 3e4f, 1e15f}) {
      float[] values = TestEmbeddings.vectors(700, 33, 3);
      for (int i = 0; i < values.length; i++) {
        values[i] *= scale * (i / 33 % 5 == 0 ? 1e-3f : 1);
      }
      MemoryVectors passages = vectors(values, 33);
      Vectors queries = reals(35, 33, 4);
      List<Hits> all = new ReferenceSearcher(passages).search(queries, 700);
      for (boolean fused : fusedOrNot()) {
        for (int few : new int[] {0, 32}) {
          CudaLimits limits = limits(fused, few, 30, 256, 1, 256);
          try (CudaSearcher searcher = searcher(passages, limits)) {
            requireSame(all, searcher.search(queries, 50), 50);
          }
        }
      }
    }
  }

  @Test
  void whatIsNotANumberIsRefusedWithItsId() {
    MemoryVectors good = integers(50, 3, 2, 1);
    float[] values = new float[50 * 3];
    values[49 * 3 + 1] = Float.NaN;
    MemoryVectors bad = vectors(values, 3);
    requireRefused(
        "query \"é文49\" (row 49) has NaN in dimension 1, expected a finite value", good, bad);
    requireRefused(
        "passage \"é文49\" (row 49) has NaN in dimension 1, expected a finite value",
        bad,
        integers(1, 3, 2, 1));
    float[] large = new float[3];
    Arrays.fill(large, 1e30f);
    requireRefused(
        "the score of query \"pé文0\" and passage \"pé文0\" is Infinity, expected a finite number",
        vectors(large, 3),
        vectors(large, 3));
  }

  private static void requireRefused(String expected, Vectors passages, Vectors queries) {
    try (CudaSearcher searcher = searcher(passages, limits(32, 50, 256, 1, 1000))) {
      assertEquals(
          expected,
          assertThrows(InputException.class, () -> searcher.search(queries, 2)).getMessage());
    }
  }

  @Test
  void aHalfThatIsInfiniteIsRefusedToo() throws IOException {
    float[] values = new float[300 * 4];
    values[299 * 4 + 3] = Float.POSITIVE_INFINITY;
    MemoryVectors infinite = vectors(values, 4);
    Vectors halves =
        new Vectors() {
          @Override
          public long rows() {
            return infinite.rows();
          }

          @Override
          public int dim() {
            return infinite.dim();
          }

          @Override
          public String id(long ordinal) {
            return infinite.id(ordinal);
          }

          @Override
          public FloatBuffer tile(long from, int count, FloatBuffer scratch) {
            return infinite.tile(from, count, scratch);
          }

          @Override
          public void read(long from, int count, float[] target, int offset) {
            infinite.read(from, count, target, offset);
          }

          @Override
          public EmbeddingType type() {
            return EmbeddingType.FLOAT16;
          }

          @Override
          public void copy(long from, int count, ByteBuffer target) {
            for (long i = from * 4; i < (from + count) * 4; i++) {
              target.putShort((short) (i == 299 * 4 + 3 ? 0x7c00 : 0));
            }
          }
        };
    requireRefused(
        "passage \"文299\" (row 299) has Infinity in dimension 3, expected a finite value",
        halves,
        integers(1, 4, 2, 1));
  }

  @Test
  void nothingToSearchIsNoError() throws IOException {
    MemoryVectors none = vectors(new float[0], 3);
    MemoryVectors some = integers(4, 3, 2, 1);
    try (PlannedSearcher searcher = SearchDevice.CUDA.open(some, OPTIONS)) {
      assertEquals(0, searcher.search(none, 5).size());
    }
    try (PlannedSearcher searcher = SearchDevice.CUDA.open(none, OPTIONS)) {
      List<Hits> found = searcher.search(some, 5);
      assertEquals(4, found.size());
      assertEquals(0, found.get(3).size());
    }
  }

  @Test
  void progressOrderAndPlanFollowTheBlocks() throws IOException {
    MemoryVectors passages = integers(1000, 3, 2, 1);
    MemoryVectors queries = integers(10, 3, 2, 2);
    AtomicLong steps = new AtomicLong();
    Progress progress =
        new Progress() {
          @Override
          public void step(long amount) {
            steps.addAndGet(amount);
          }

          @Override
          public void close() {}
        };
    List<Long> order = new ArrayList<>();
    try (CudaSearcher searcher = searcher(passages, limits(0, 4, 256, 1, 512))) {
      SearchPlan plan = searcher.plan(10, 5);
      assertEquals(3, plan.passes());
      assertEquals(2, plan.slabs());
      assertTrue(
          plan.description().contains(" of the GPU's memory: 10 queries"), plan.description());
      searcher.search(queries, 5, progress, (query, hits) -> order.add(query));
    }
    assertEquals(3000, steps.get());
    assertEquals(LongStream.range(0, 10).boxed().toList(), order);
  }

  @Test
  void searchesAtOnceTakeTurns() throws IOException {
    MemoryVectors passages = integers(2000, 6, 2, 11);
    MemoryVectors queries = integers(40, 6, 2, 12);
    List<Hits> all = new ReferenceSearcher(passages).search(queries, 500);
    try (CudaSearcher searcher = searcher(passages, limits(32, 40, 256, 1, 5000))) {
      List<List<Hits>> found =
          IntStream.rangeClosed(1, 6)
              .parallel()
              .mapToObj(i -> unchecked(searcher, queries, 10 * i))
              .toList();
      for (int i = 1; i <= 6; i++) {
        requireSame(all, found.get(i - 1), 10 * i);
      }
    }
  }

  private static List<Hits> unchecked(CudaSearcher searcher, Vectors queries, int depth) {
    try {
      return searcher.search(queries, depth);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}

package org.javatron.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fast searcher against {@link ReferenceSearcher}. */
class ExactSearcherTest {
  private static final SearchOptions OPTIONS = SearchOptions.defaults().withThreads(2);

  @TempDir Path temporary;

  /** Small whole numbers: their products and sums are exact in float32, and they tie heavily. */
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

  @Test
  void aHandCase() throws IOException {
    Vectors passages = vectors(new float[] {1, 0, 0, 1, 1, 1, 2, -1}, 2);
    Vectors queries = vectors(new float[] {1, 0, 0, 1}, 2);
    try (ExactSearcher exact = new ExactSearcher(passages, OPTIONS)) {
      for (Searcher searcher : List.of(exact, new ReferenceSearcher(passages))) {
        List<Hits> found = searcher.search(queries, 3);
        assertArrayEquals(new int[] {3, 0, 2}, found.get(0).ordinals());
        assertArrayEquals(new float[] {2, 1, 1}, found.get(0).scores());
        assertArrayEquals(new int[] {1, 2, 0}, found.get(1).ordinals());
        assertArrayEquals(new float[] {1, 1, 0}, found.get(1).scores());
      }
    }
  }

  @Test
  void equalsTheReferenceForEveryTileAndThreadCountAndDepth() throws IOException {
    Random random = new Random(1);
    for (int n : new int[] {1, 2, 47, 130}) {
      MemoryVectors passages = integers(n, 6, 2, n);
      MemoryVectors queries = integers(21, 6, 2, 100 + n);
      List<Hits> all = new ReferenceSearcher(passages).search(queries, n);
      for (int passageTile : new int[] {1, 3, 16, 500}) {
        for (int queryTile : new int[] {1, 4, 10, 100}) {
          int queryBlock = new int[] {2, 9, 30}[random.nextInt(3)];
          SearchOptions options =
              OPTIONS
                  .withThreads(new int[] {1, 2, 5}[random.nextInt(3)])
                  .withTiles(passageTile, queryTile)
                  .withQueryBlock(queryBlock);
          try (ExactSearcher searcher = new ExactSearcher(passages, options)) {
            for (int depth : new int[] {1 + random.nextInt(n), n + random.nextInt(2)}) {
              requireSame(all, searcher.search(queries, depth), depth);
            }
          }
        }
      }
    }
  }

  @Test
  void everyDepthFromOneToAll() throws IOException {
    int n = 120;
    MemoryVectors passages = integers(n, 4, 1, 7); // 81 different vectors: ties everywhere
    MemoryVectors queries = integers(12, 4, 1, 8);
    List<Hits> all = new ReferenceSearcher(passages).search(queries, n);
    try (ExactSearcher searcher = new ExactSearcher(passages, OPTIONS.withTiles(32, 5))) {
      for (int depth = 1; depth <= n; depth++) {
        requireSame(all, searcher.search(queries, depth), depth);
      }
    }
  }

  @Test
  void allScoresEqualGivesTheFirstOrdinals() throws IOException {
    float[] ones = new float[5000 * 3];
    Arrays.fill(ones, 1);
    for (int queries : new int[] {1, 20}) {
      try (ExactSearcher searcher =
          new ExactSearcher(vectors(ones, 3), OPTIONS.withTiles(64, 16))) {
        for (Hits hits : searcher.search(integers(queries, 3, 0, 1), 700)) {
          assertArrayEquals(IntStream.range(0, 700).toArray(), hits.ordinals());
        }
      }
    }
  }

  @Test
  void theBestLastAndTheBestFirstAreFound() throws IOException {
    int n = 4000;
    for (int sign : new int[] {-1, 1}) { // scores that rise or fall with the ordinal, in steps
      float[] steps = new float[n];
      for (int i = 0; i < n; i++) {
        steps[i] = sign * (i / 7);
      }
      MemoryVectors passages = vectors(steps, 1);
      MemoryVectors queries = vectors(new float[] {1, -1, 0, 2, 3, 4, 5, 6, 7, 8}, 1);
      List<Hits> all = new ReferenceSearcher(passages).search(queries, n);
      try (ExactSearcher searcher = new ExactSearcher(passages, OPTIONS.withTiles(50, 3))) {
        requireSame(all, searcher.search(queries, 100), 100);
        requireSame(all, searcher.search(queries, n), n);
      }
    }
  }

  @Test
  void shardsAreTheWhole() throws IOException {
    int n = 90;
    int dim = 5;
    MemoryVectors passages = integers(n, dim, 2, 3);
    float[] values = new float[n * dim];
    passages.read(0, n, values, 0);
    MemoryVectors queries = integers(15, dim, 2, 4);
    List<Hits> all = new ReferenceSearcher(passages).search(queries, n);
    for (EmbeddingType type : EmbeddingType.values()) { // small integers are exact in both
      for (int shards : new int[] {1, 3, 8}) {
        Path output = temporary.resolve(type + "-" + shards);
        for (int i = 0; i < shards; i++) {
          Shard shard = new Shard(i, shards, n);
          EmbeddingsHeader header =
              new EmbeddingsHeader(shard, dim, type, TestEmbeddings.settings());
          TestEmbeddings.write(shard.directory(output), header, values, 50);
        }
        Embeddings embeddings = Embeddings.open(output);
        for (int tile : new int[] {1, 7, 16, 200}) {
          try (ExactSearcher searcher = new ExactSearcher(embeddings, OPTIONS.withTiles(tile, 4))) {
            requireSame(all, searcher.search(queries, 40), 40);
          }
        }
      }
    }
  }

  @Test
  void searchesAtOnceDoNotDisturbEachOther() throws IOException {
    MemoryVectors passages = integers(500, 6, 2, 11);
    MemoryVectors queries = integers(40, 6, 2, 12);
    List<Hits> all = new ReferenceSearcher(passages).search(queries, 500);
    try (ExactSearcher searcher = new ExactSearcher(passages, OPTIONS.withTiles(20, 8))) {
      List<List<Hits>> found =
          IntStream.rangeClosed(1, 6)
              .parallel()
              .mapToObj(i -> searchUnchecked(searcher, queries, 10 * i))
              .toList();
      for (int i = 1; i <= 6; i++) {
        requireSame(all, found.get(i - 1), 10 * i);
      }
    }
  }

  private static List<Hits> searchUnchecked(Searcher searcher, Vectors queries, int depth) {
    try {
      return searcher.search(queries, depth);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void nothingToSearchIsNoError() throws IOException {
    MemoryVectors none = vectors(new float[0], 3);
    MemoryVectors some = integers(4, 3, 2, 1);
    try (ExactSearcher searcher = new ExactSearcher(some, OPTIONS)) {
      assertEquals(0, searcher.search(none, 5).size());
    }
    try (ExactSearcher searcher = new ExactSearcher(none, OPTIONS)) {
      List<Hits> found = searcher.search(some, 5);
      assertEquals(4, found.size());
      assertEquals(0, found.get(3).size());
    }
  }

  @Test
  void progressCountsEachPassOverThePassages() throws IOException {
    MemoryVectors passages = integers(100, 3, 2, 1);
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
    SearchOptions options = OPTIONS.withTiles(7, 2).withQueryBlock(4);
    List<Long> order = new ArrayList<>();
    try (ExactSearcher searcher = new ExactSearcher(passages, options)) {
      assertEquals(3, searcher.plan(10, 5).passes());
      searcher.search(queries, 5, progress, (query, hits) -> order.add(query));
    }
    assertEquals(300, steps.get());
    assertEquals(LongStream.range(0, 10).boxed().toList(), order);
  }

  @Test
  void memoryBoundsTheBlockOfQueries() throws IOException {
    MemoryVectors passages = integers(1000, 8, 2, 1);
    long before = 0;
    for (long memory : new long[] {800_000, 1_000_000, 5_000_000, 1L << 30}) {
      try (ExactSearcher searcher = new ExactSearcher(passages, OPTIONS.withMemory(memory))) {
        SearchPlan plan = searcher.plan(2000, 100);
        assertTrue(plan.bytes() <= memory, plan.toString());
        assertTrue(plan.queryBlock() > before, plan.toString());
        before = plan.queryBlock();
      }
    }
    assertEquals(2000, before);
    try (ExactSearcher searcher = new ExactSearcher(passages, OPTIONS.withMemory(90_000))) {
      String message =
          assertThrows(InputException.class, () -> searcher.search(passages, 10)).getMessage();
      assertEquals(
          "search needs 217 KB for a single query at depth 10 but may use 88 KB:"
              + " allow more with --memory or lower --depth",
          message);
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
        integers(1, 3, 2, 1)); // of several queries, any may meet that passage first
    float[] large = new float[3];
    Arrays.fill(large, 1e30f);
    requireRefused(
        "the score of query \"pé文0\" and passage \"pé文0\" is Infinity, expected a finite number",
        vectors(large, 3),
        vectors(large, 3));
  }

  private static void requireRefused(String expected, Vectors passages, Vectors queries) {
    try (ExactSearcher exact = new ExactSearcher(passages, OPTIONS.withTiles(8, 1))) {
      for (Searcher searcher : List.of(exact, new ReferenceSearcher(passages))) {
        assertEquals(
            expected,
            assertThrows(InputException.class, () -> searcher.search(queries, 2)).getMessage());
      }
    } catch (AssertionError e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void argumentsAreChecked() {
    MemoryVectors three = integers(5, 3, 2, 1);
    MemoryVectors four = integers(5, 4, 2, 1);
    ReferenceSearcher searcher = new ReferenceSearcher(three);
    assertEquals(
        "the queries have 4 dimensions but the passages have 3",
        assertThrows(IllegalArgumentException.class, () -> searcher.search(four, 2)).getMessage());
    assertThrows(IllegalArgumentException.class, () -> searcher.search(three, 0));
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
}

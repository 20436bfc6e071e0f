package org.javatron.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.bytedeco.javacpp.FloatPointer;
import org.javatron.embeddings.MemoryVectors;
import org.javatron.embeddings.Vectors;
import org.junit.jupiter.api.Test;

/** The selection against a sort of everything. */
class TopKTest {
  @Test
  void keysOrderByScoreThenOrdinalAndGiveBothBack() {
    float[] ascending = {
      -Float.MAX_VALUE, -1.5f, -1f, -Float.MIN_VALUE, 0f, Float.MIN_VALUE, 1f, 1.5f, Float.MAX_VALUE
    };
    int[] ordinals = {0, 1, 77, Integer.MAX_VALUE - 8};
    long previous = Long.MIN_VALUE;
    for (float score : ascending) {
      for (int i = ordinals.length - 1; i >= 0; i--) {
        long key = SortKey.of(score, ordinals[i]);
        assertTrue(key > previous, score + " at " + ordinals[i]);
        assertEquals(score, SortKey.score(key));
        assertEquals(ordinals[i], SortKey.ordinal(key));
        previous = key;
      }
    }
    assertEquals(SortKey.of(0f, 5), SortKey.of(-0f, 5));
  }

  @Test
  void theBestOfAnySetInAnyOrderAreThoseOfASort() {
    Random random = new Random(1);
    for (int trial = 0; trial < 300; trial++) {
      int n = 1 + random.nextInt(400);
      int values = 1 + random.nextInt(trial % 2 == 0 ? 3 : 1000); // heavy ties in every second
      float[] scores = new float[n];
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        scores[i] = random.nextInt(values) - values / 2;
        order.add(i);
      }
      Collections.shuffle(order, random);
      int depth = 1 + random.nextInt(n + 5);
      TopK top = new TopK(depth, n, Math.max(depth / 2, 64));
      CanonicalScores exact = scoresOf(scores);
      for (int from = 0; from < n; ) {
        int count = Math.min(n - from, 1 + random.nextInt(90));
        int[] positions =
            order.subList(from, from + count).stream().mapToInt(Integer::intValue).toArray();
        top.offer(scores, positions, count, 0, 0, exact);
        from += count;
      }
      requireSorted(scores, depth, hits(top, exact));
    }
  }

  private static Hits hits(TopK top, CanonicalScores exact) {
    int pending = top.settle();
    for (int i = top.firstPending(); i < pending; i++) {
      int ordinal = (int) top.pending()[i];
      top.pending()[i] = SortKey.of(exact.score(ordinal), ordinal);
    }
    return top.hits();
  }

  /** Passages of one value, which is their score. */
  private static CanonicalScores scoresOf(float[] values) {
    Vectors passages = new MemoryVectors(values, 1, Collections.nCopies(values.length, "p"));
    Vectors one = new MemoryVectors(new float[] {1}, 1, List.of("q"));
    CanonicalScores exact = new CanonicalScores(Metric.INNER_PRODUCT, passages, one);
    exact.query(new FloatPointer(1f), 0);
    return exact;
  }

  @Test
  void wrongScansWithinTheirMarginsChangeNothing() {
    Random random = new Random(2);
    for (int trial = 0; trial < 300; trial++) {
      int n = 1 + random.nextInt(600);
      float margin = trial % 3 == 0 ? 50 : random.nextInt(8);
      float[] scores = new float[n];
      for (int i = 0; i < n; i++) {
        scores[i] = random.nextInt(40);
      }
      int depth = 1 + random.nextInt(n + 5);
      TopK top = new TopK(depth, n, Math.max(depth / 2, 64));
      CanonicalScores exact = scoresOf(scores);
      int[] positions = new int[n];
      for (int from = 0; from < n; ) {
        int count = Math.min(n - from, 1 + random.nextInt(90));
        float[] scan = new float[count];
        for (int i = 0; i < count; i++) {
          scan[i] = scores[from + i] + margin * (2 * random.nextFloat() - 1);
          positions[i] = i;
        }
        top.offer(scan, positions, count, from, margin, exact);
        from += count;
      }
      requireSorted(scores, depth, hits(top, exact));
    }
  }

  private static void requireSorted(float[] scores, int depth, Hits hits) {
    Integer[] expected = new Integer[scores.length];
    Arrays.setAll(expected, i -> i);
    Arrays.sort(
        expected, (a, b) -> scores[a] != scores[b] ? Float.compare(scores[b], scores[a]) : a - b);
    assertEquals(Math.min(depth, scores.length), hits.size());
    for (int i = 0; i < hits.size(); i++) {
      assertEquals(expected[i], hits.ordinals()[i]);
      assertEquals(scores[expected[i]], hits.scores()[i]);
    }
  }

  @Test
  void anOfferBelowTheThresholdChangesNothing() {
    TopK top = new TopK(1, 1000, 64);
    float[] scores = new float[1000];
    int[] positions = new int[1000];
    for (int i = 0; i < 1000; i++) {
      scores[i] = 1000 - i;
      positions[i] = i;
    }
    CanonicalScores exact = scoresOf(scores);
    assertEquals(Double.NEGATIVE_INFINITY, top.bound());
    top.offer(scores, positions, 1000, 0, 0, exact);
    assertEquals(1000, top.bound());
    assertArrayEquals(new int[] {0}, hits(top, exact).ordinals());
  }

  @Test
  void selectionIsNeverQuadratic() {
    int n = 2_000_000;
    List<IntUnaryOperator> shapes =
        List.of(
            i -> i,
            i -> -i,
            i -> 7,
            i -> i % 3,
            i -> Math.min(i, n - i), // an organ pipe, the enemy of a middle pivot
            i -> i % 2 == 0 ? i : n - i,
            i -> Integer.bitCount(i));
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          for (IntUnaryOperator shape : shapes) {
            long[] keys = new long[n];
            Arrays.setAll(keys, i -> SortKey.of(shape.applyAsInt(i), i));
            long[] sorted = keys.clone();
            Arrays.sort(sorted);
            int k = n / 2;
            SortKey.selectLargest(keys, n, k);
            assertEquals(sorted[n - k], keys[k - 1]);
            Arrays.sort(keys, 0, k);
            assertArrayEquals(Arrays.copyOfRange(sorted, n - k, n), Arrays.copyOfRange(keys, 0, k));
          }
        });
  }

  @Test
  void selectionThatMakesNoProgressFallsBackToASort() {
    // Built against the median of three (Musser's killer sequence): quickselect peels two at a
    // time.
    int n = 4096;
    long[] keys = new long[n];
    for (int i = 0; i < n / 2; i++) {
      keys[i] = i % 2 == 0 ? i + 1 : n / 2 + i + (i % 2);
      keys[n / 2 + i] = 2L * (i + 1);
    }
    for (int k : new int[] {1, 2, n / 3, n / 2, n - 1, n}) {
      long[] tried = keys.clone();
      long[] sorted = keys.clone();
      Arrays.sort(sorted);
      SortKey.selectLargest(tried, n, k);
      assertEquals(sorted[n - k], tried[k - 1]);
    }
  }
}

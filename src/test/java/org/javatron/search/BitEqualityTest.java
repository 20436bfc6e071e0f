package org.javatron.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.javatron.embeddings.MemoryVectors;
import org.javatron.io.Progress;
import org.junit.jupiter.api.Test;

/**
 * {@link ExactSearcher} gives {@link ReferenceSearcher}'s results to the bit, on vectors made so
 * that rounding and ties decide: no tolerance anywhere.
 */
class BitEqualityTest {
  /** Vectors of one kind, rows x dim. */
  interface Kind {
    float[] make(Random random, int rows, int dim);
  }

  static float[] gaussian(Random random, int rows, int dim) {
    float[] values = new float[rows * dim];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Copies of few vectors, most of them changed by one unit in the last place somewhere. */
  private static float[] nearlyEqual(Random random, int rows, int dim) {
    float[] few = gaussian(random, 3, dim);
    float[] values = new float[rows * dim];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(few, random.nextInt(3) * dim, values, row * dim, dim);
      if (random.nextInt(4) > 0) {
        int at = row * dim + random.nextInt(dim);
        values[at] = random.nextBoolean() ? Math.nextUp(values[at]) : Math.nextDown(values[at]);
      }
    }
    return values;
  }

  /** Large values that cancel, so that a sum in float32 keeps no digit. */
  private static float[] cancelling(Random random, int rows, int dim) {
    float[] values = gaussian(random, rows, dim);
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i + 1 < dim; i += 2) {
        values[row * dim + i] = 1e6f * (1 + random.nextInt(3));
        values[row * dim + i + 1] = -values[row * dim + i] + random.nextInt(3) / 8f;
      }
    }
    return values;
  }

  /** Lengths from 2^-70 to 2^52, zero vectors among them; their squares leave float's range. */
  private static float[] wild(Random random, int rows, int dim) {
    float[] values = gaussian(random, rows, dim);
    for (int row = 0; row < rows; row++) {
      float scale = random.nextInt(9) == 0 ? 0 : (float) Math.pow(2, random.nextInt(121) - 70);
      for (int i = row * dim; i < (row + 1) * dim; i++) {
        values[i] *= scale;
      }
    }
    return values;
  }

  /** Products below float's smallest number. */
  private static float[] tiny(Random random, int rows, int dim) {
    float[] values = gaussian(random, rows, dim);
    for (int i = 0; i < values.length; i++) {
      values[i] *= 1e-22f;
    }
    return values;
  }

  private static final List<Kind> KINDS =
      List.of(
          BitEqualityTest::gaussian,
          BitEqualityTest::nearlyEqual,
          BitEqualityTest::cancelling,
          BitEqualityTest::wild,
          BitEqualityTest::tiny);

  private static MemoryVectors vectors(float[] values, int dim) {
    return new MemoryVectors(values, dim, Collections.nCopies(values.length / dim, "x"));
  }

  /** The queries are vectors of the same kind, and some passages themselves. */
  private static MemoryVectors queries(Random random, Kind kind, float[] passages, int dim) {
    int count = 1 + random.nextInt(24);
    float[] values = kind.make(random, count, dim);
    int copied = random.nextInt(passages.length / dim);
    System.arraycopy(passages, copied * dim, values, 0, dim);
    return vectors(values, dim);
  }

  private static SearchOptions options(Random random) {
    return SearchOptions.defaults()
        .withThreads(1 + random.nextInt(3))
        .withTiles(1 + random.nextInt(90), 1 + random.nextInt(30))
        .withQueryBlock(1 + random.nextInt(30));
  }

  static void requireSame(Hits expected, Hits found, int depth, String what) {
    int size = Math.min(depth, expected.size());
    assertEquals(size, found.size(), what);
    for (int i = 0; i < size; i++) {
      String place = what + " rank " + i;
      assertEquals(expected.ordinals()[i], found.ordinals()[i], place);
      assertEquals(
          Float.floatToRawIntBits(expected.scores()[i]),
          Float.floatToRawIntBits(found.scores()[i]),
          place);
    }
  }

  @Test
  void everyMetricOnEveryKindWithAnyTiles() throws IOException {
    Random random = new Random(20);
    for (Metric metric : Metric.values()) {
      for (int k = 0; k < KINDS.size(); k++) {
        for (int trial = 0; trial < 12; trial++) {
          int dim = new int[] {1, 3, 8, 33, 384}[random.nextInt(5)];
          int rows = 1 + random.nextInt(700);
          float[] values = KINDS.get(k).make(random, rows, dim);
          MemoryVectors passages = vectors(values, dim);
          MemoryVectors queries = queries(random, KINDS.get(k), values, dim);
          List<Hits> all = new ReferenceSearcher(passages, metric).search(queries, rows);
          int depth = 1 + random.nextInt(trial % 2 == 0 ? 10 : rows + 3);
          String what = metric + " kind " + k + " dim " + dim + " depth " + depth;
          try (ExactSearcher searcher = new ExactSearcher(passages, options(random), metric)) {
            for (int again = 0; again < 2; again++) { // the second time with remembered norms
              List<Hits> found = searcher.search(queries, depth);
              for (int q = 0; q < all.size(); q++) {
                requireSame(all.get(q), found.get(q), depth, what + " query " + q);
              }
            }
          }
        }
      }
    }
  }

  @Test
  void selectorsAndRangesAreTheReferenceFiltered() throws IOException {
    Random random = new Random(21);
    for (Metric metric : Metric.values()) {
      for (int trial = 0; trial < 30; trial++) {
        Kind kind = KINDS.get(trial % KINDS.size());
        int rows = 1 + random.nextInt(500);
        float[] values = kind.make(random, rows, 24);
        MemoryVectors passages = vectors(values, 24);
        MemoryVectors queries = queries(random, kind, values, 24);
        List<Hits> all = new ReferenceSearcher(passages, metric).search(queries, rows);
        BitSet some = new BitSet();
        random.ints(random.nextInt(60), 0, rows).forEach(some::set);
        int from = random.nextInt(rows);
        List<Selector> selectors =
            List.of(
                Selector.all(),
                Selector.of(some),
                Selector.of(some).not(),
                Selector.range(from, from + random.nextInt(rows)));
        float threshold = all.get(0).scores()[random.nextInt(rows)];
        try (ExactSearcher searcher = new ExactSearcher(passages, options(random), metric)) {
          for (Selector selector : selectors) {
            List<Hits> top = new ArrayList<>();
            searcher.search(queries, 7, selector, Progress.none(), (q, hits) -> top.add(hits));
            List<Hits> range = new ArrayList<>();
            searcher.rangeSearch(
                queries, threshold, selector, Progress.none(), (q, hits) -> range.add(hits));
            for (int q = 0; q < all.size(); q++) {
              Hits selected = filtered(all.get(q), selector, Float.NEGATIVE_INFINITY);
              requireSame(selected, top.get(q), 7, "selected");
              requireSame(filtered(selected, selector, threshold), range.get(q), rows, "range");
            }
          }
        }
      }
    }
  }

  private static Hits filtered(Hits hits, Selector selector, float threshold) {
    int[] places =
        java.util.stream.IntStream.range(0, hits.size())
            .filter(i -> selector.accepts(hits.ordinals()[i]) && hits.scores()[i] >= threshold)
            .toArray();
    int[] ordinals = new int[places.length];
    float[] scores = new float[places.length];
    for (int i = 0; i < places.length; i++) {
      ordinals[i] = hits.ordinals()[places[i]];
      scores[i] = hits.scores()[places[i]];
    }
    return new Hits(ordinals, scores);
  }

  @Test
  void theScanStaysWithinItsMargin() {
    Random random = new Random(22);
    for (Kind kind : KINDS) {
      for (int trial = 0; trial < 200; trial++) {
        int dim = 1 + random.nextInt(800);
        float[] q = kind.make(random, 1, dim);
        float[] p = kind.make(random, 1, dim);
        float forwards = 0;
        float backwards = 0;
        for (int i = 0; i < dim; i++) {
          forwards += q[i] * p[i];
          backwards = Math.fma(q[dim - 1 - i], p[dim - 1 - i], backwards);
        }
        double margin = ScanMargin.of(Metric.INNER_PRODUCT, dim, length(q), 0, length(p));
        float score = Metric.INNER_PRODUCT.score(q, p, 0, dim);
        assertTrue(Math.abs((double) forwards - score) <= margin, "margin " + margin);
        assertTrue(Math.abs((double) backwards - score) <= margin, "margin " + margin);
      }
    }
  }

  private static double length(float[] values) {
    double square = 0;
    for (float value : values) {
      square += (double) value * value;
    }
    return Math.sqrt(square);
  }

  @Test
  void aQueryOfItselfIsItsOwnNeighbour() throws IOException {
    float[] values = gaussian(new Random(23), 50, 16);
    try (ExactSearcher searcher =
        new ExactSearcher(vectors(values, 16), SearchOptions.defaults(), Metric.L2)) {
      List<Hits> found = searcher.search(vectors(values, 16), 1);
      for (int i = 0; i < 50; i++) {
        assertArrayEquals(new int[] {i}, found.get(i).ordinals());
        assertArrayEquals(new float[] {0}, found.get(i).scores());
      }
    }
  }
}

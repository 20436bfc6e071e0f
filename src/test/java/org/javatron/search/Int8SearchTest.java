package org.javatron.search;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.embeddings.Embeddings;
import org.javatron.embeddings.EmbeddingsHeader;
import org.javatron.embeddings.Int8Embeddings;
import org.javatron.embeddings.Int8Writer;
import org.javatron.embeddings.MemoryVectors;
import org.javatron.embeddings.Shard;
import org.javatron.embeddings.TestEmbeddings;
import org.javatron.io.Progress;
import org.javatron.kernels.ByteProducts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The search by way of int8 gives {@link ReferenceSearcher}'s results to the bit: no tolerance. */
class Int8SearchTest {
  @TempDir Path folder;

  /** As BERT's are: far from the origin, and in two dimensions a hundred times as large. */
  private static float[] outliers(Random random, int rows, int dim) {
    float[] values = BitEqualityTest.gaussian(random, rows, dim);
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < dim; i++) {
        values[row * dim + i] += i % 7 - 3;
      }
      values[row * dim] = 100 * values[row * dim] + 900;
      values[row * dim + dim - 1] *= 80;
    }
    return values;
  }

  /** Nothing that a byte could tell apart. */
  private static float[] nearlyEqual(Random random, int rows, int dim) {
    float[] one = BitEqualityTest.gaussian(random, 1, dim);
    float[] values = new float[rows * dim];
    for (int i = 0; i < values.length; i++) {
      values[i] = one[i % dim] * (1 + random.nextInt(3) * 0x1p-20f);
    }
    return values;
  }

  /** Lengths from 2^-80 to 2^60, and vectors of zeros. */
  private static float[] wild(Random random, int rows, int dim) {
    float[] values = BitEqualityTest.gaussian(random, rows, dim);
    for (int row = 0; row < rows; row++) {
      float scale = random.nextInt(9) == 0 ? 0 : (float) Math.pow(2, random.nextInt(141) - 80);
      for (int i = row * dim; i < (row + 1) * dim; i++) {
        values[i] *= scale;
      }
    }
    return values;
  }

  /** As a model's are: a few directions hold most of it, so a head can be short. */
  static float[] lowRank(Random random, int rows, int dim) {
    float[] axes = BitEqualityTest.gaussian(new Random(5), 20, dim);
    float[] values = BitEqualityTest.gaussian(random, rows, dim);
    for (int row = 0; row < rows; row++) {
      for (int axis = 0; axis < 20; axis++) {
        float weight = (float) random.nextGaussian() * 2;
        for (int i = 0; i < dim; i++) {
          values[row * dim + i] += weight * axes[axis * dim + i];
        }
      }
    }
    return values;
  }

  static final List<BitEqualityTest.Kind> KINDS =
      List.of(
          BitEqualityTest::gaussian,
          Int8SearchTest::lowRank,
          Int8SearchTest::outliers,
          Int8SearchTest::nearlyEqual,
          Int8SearchTest::wild);

  private Embeddings write(float[] values, int dim, EmbeddingType type, String name)
      throws IOException {
    Shard whole = Shard.whole(values.length / dim);
    EmbeddingsHeader header = new EmbeddingsHeader(whole, dim, type, TestEmbeddings.settings());
    return Embeddings.open(TestEmbeddings.write(folder.resolve(name), header, values, 50));
  }

  private Int8Embeddings quantize(
      Embeddings embeddings, Embeddings queries, List<Integer> heads, String name)
      throws IOException {
    try (Int8Writer writer = new Int8Writer(embeddings, queries, heads, folder.resolve(name))) {
      writer.write(Progress.none());
    }
    return Int8Embeddings.open(folder.resolve(name));
  }

  @Test
  void everyKindWithAnyTilesIsTheReference() throws IOException {
    Random random = new Random(31);
    for (int k = 0; k < KINDS.size(); k++) {
      for (int trial = 0; trial < 8; trial++) {
        int dim = new int[] {1, 3, 64, 100, 384}[random.nextInt(5)];
        int rows = 1 + random.nextInt(900);
        boolean half = k == 0 && trial % 4 == 3;
        float[] values = KINDS.get(k).make(random, rows, dim);
        Embeddings passages =
            write(
                values, dim, half ? EmbeddingType.FLOAT16 : EmbeddingType.FLOAT32, k + "-" + trial);
        boolean many = trial == 5; // then second looks are at floats
        int count = (many ? 256 : 1) + random.nextInt(20);
        float[] asked = KINDS.get(k).make(random, count, dim);
        System.arraycopy(values, 0, asked, 0, dim);
        MemoryVectors queries =
            new MemoryVectors(asked, dim, Collections.nCopies(asked.length / dim, "x"));
        List<Hits> all = new ReferenceSearcher(passages).search(queries, rows);
        SearchOptions options =
            SearchOptions.defaults()
                .withThreads(1 + random.nextInt(3))
                .withTiles(1 + random.nextInt(200), 1 + random.nextInt(30))
                .withQueryBlock((many ? 256 : 1) + random.nextInt(20));
        int depth = 1 + random.nextInt(trial % 2 == 0 ? 10 : rows + 3);
        List<Integer> heads = new ArrayList<>();
        for (int head = 64; head <= dim && trial % 3 > 0; head += 64) {
          if (random.nextBoolean()) {
            heads.add(head);
          }
        }
        Embeddings sample = trial % 2 == 0 ? null : passages;
        Int8Embeddings int8 = quantize(passages, sample, heads, k + "-" + trial + "-int8");
        try (ExactSearcher searcher = new ExactSearcher(passages, int8, options)) {
          List<Hits> found = searcher.search(queries, depth);
          for (int q = 0; q < all.size(); q++) {
            String what = "kind " + k + " dim " + dim + " depth " + depth + " query " + q;
            BitEqualityTest.requireSame(all.get(q), found.get(q), depth, what);
          }
          List<Hits> range = new ArrayList<>();
          float threshold = all.get(0).scores()[rows / 2];
          searcher.rangeSearch(
              queries, threshold, Selector.all(), Progress.none(), (q, hits) -> range.add(hits));
          for (int q = 0; q < all.size(); q++) {
            Hits expected = all.get(q);
            int reaching = 0;
            while (reaching < rows && expected.scores()[reaching] >= threshold) {
              reaching++;
            }
            assertTrue(range.get(q).size() == reaching, "range, kind " + k);
            BitEqualityTest.requireSame(expected, range.get(q), reaching, "range, kind " + k);
          }
        }
      }
    }
  }

  /**
   * Not only the results: every score of a scan is as near as it says, before and after refining.
   */
  @Test
  void theScanStaysWithinItsMargin() throws IOException {
    Random random = new Random(32);
    for (int k = 0; k < KINDS.size(); k++) {
      for (int trial = 0; trial < 8; trial++) {
        ByteProducts products = trial % 2 == 0 ? null : ByteProducts.open();
        int count = trial < 4 ? 9 : 256; // few looks, at bytes, or many, at floats
        int dim = 384;
        int rows = 150;
        List<Integer> heads = trial % 4 < 2 ? List.of() : List.of(64, 128);
        float[] values = KINDS.get(k).make(random, rows, dim);
        Embeddings passages = write(values, dim, EmbeddingType.FLOAT32, "m" + k + trial);
        float[] asked = KINDS.get(k).make(random, count, dim);
        Int8Form form =
            new Int8Form(quantize(passages, null, heads, "m8" + k + trial), rows, count, products);
        // The codes miss a small part.
        double most = k <= 1 ? 1.0 / 8 : Double.POSITIVE_INFINITY;
        ScanMarginChecks.requireWithin(form, asked, values, dim, most);
      }
    }
  }

  @Test
  void anotherNumberOfRowsIsRefused() throws IOException {
    Embeddings passages =
        write(BitEqualityTest.gaussian(new Random(1), 20, 8), 8, EmbeddingType.FLOAT32, "a");
    Embeddings fewer =
        write(BitEqualityTest.gaussian(new Random(1), 19, 8), 8, EmbeddingType.FLOAT32, "b");
    Int8Embeddings int8 = quantize(fewer, null, List.of(), "b8");
    assertThrows(
        IllegalArgumentException.class,
        () -> new ExactSearcher(passages, int8, SearchOptions.defaults()));
  }
}

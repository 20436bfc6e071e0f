package org.javatron.search;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.javatron.embeddings.MemoryVectors;
import org.javatron.embeddings.Projection;
import org.junit.jupiter.api.Test;

/** The search by heads of floats gives {@link ReferenceSearcher}'s results to the bit. */
class ProjectedSearchTest {
  private static MemoryVectors vectors(float[] values, int dim) {
    return new MemoryVectors(values, dim, Collections.nCopies(values.length / dim, "x"));
  }

  /** Queries of a block as the form is told, so many that heads are worth their axes. */
  private static final int[] MANY = {1000, 10_000}; // one head for all, or one for each tile

  @Test
  void everyKindWithAnyTilesIsTheReference() throws IOException {
    Random random = new Random(41);
    for (int k = 0; k < Int8SearchTest.KINDS.size(); k++) {
      for (int trial = 0; trial < 8; trial++) {
        int dim = new int[] {1, 64, 100, 384}[random.nextInt(4)];
        int rows = 1 + random.nextInt(900);
        float[] values = Int8SearchTest.KINDS.get(k).make(random, rows, dim);
        MemoryVectors passages = vectors(values, dim);
        float[] asked = Int8SearchTest.KINDS.get(k).make(random, 1 + random.nextInt(20), dim);
        System.arraycopy(values, 0, asked, 0, dim);
        MemoryVectors queries = vectors(asked, dim);
        List<Hits> all = new ReferenceSearcher(passages).search(queries, rows);
        SearchOptions options =
            SearchOptions.defaults()
                .withThreads(1 + random.nextInt(3))
                .withTiles(1 + random.nextInt(200), 1 + random.nextInt(30))
                .withQueryBlock(1 + random.nextInt(20));
        int depth = 1 + random.nextInt(trial % 2 == 0 ? 10 : rows + 3);
        ProjectedForm form = new ProjectedForm(passages, options);
        form.pays(Projection.of(passages, queries), depth, MANY[trial % 2]);
        try (ExactSearcher searcher =
            new ExactSearcher(passages, options, Metric.INNER_PRODUCT, form, false)) {
          List<Hits> found = searcher.search(queries, depth);
          for (int q = 0; q < all.size(); q++) {
            String what = "kind " + k + " dim " + dim + " depth " + depth + " query " + q;
            BitEqualityTest.requireSame(all.get(q), found.get(q), depth, what);
          }
        }
      }
    }
  }

  @Test
  void theScanStaysWithinItsMargin() throws IOException {
    Random random = new Random(42);
    int dim = 384;
    int count = 9;
    int rows = 150;
    for (int k = 0; k < Int8SearchTest.KINDS.size(); k++) {
      float[] values = Int8SearchTest.KINDS.get(k).make(random, rows, dim);
      float[] asked = Int8SearchTest.KINDS.get(k).make(random, count, dim);
      MemoryVectors passages = vectors(values, dim);
      SearchOptions options = SearchOptions.defaults().withTiles(rows, count);
      for (int many : MANY) {
        try (ProjectedForm form = new ProjectedForm(passages, options)) {
          form.pays(Projection.of(passages, vectors(asked, dim)), 1, many);
          double most = k <= 1 ? 0.01 : Double.POSITIVE_INFINITY;
          ScanMarginChecks.requireWithin(form, asked, values, dim, most);
        }
      }
    }
  }

  /** Heads of vectors without a structure say nothing; those of a few directions nearly all. */
  @Test
  void itPaysWhereHeadsSayMuch() throws IOException {
    Random random = new Random(43);
    int dim = 384;
    MemoryVectors gaussian = vectors(BitEqualityTest.gaussian(random, 3000, dim), dim);
    SearchOptions options = SearchOptions.defaults();
    assertFalse(
        new ProjectedForm(gaussian, options).pays(Projection.of(gaussian, gaussian), 1, 10_000));
    MemoryVectors lowRank = vectors(Int8SearchTest.lowRank(random, 3000, dim), dim);
    Projection projection = Projection.of(lowRank, lowRank);
    try (ProjectedForm form = new ProjectedForm(lowRank, options)) {
      assertTrue(form.pays(projection, 1, 10_000));
      assertFalse(form.pays(projection, 1, 50));
      assertFalse(form.mayPay(10_000)); // too few scores to look
    }
  }
}

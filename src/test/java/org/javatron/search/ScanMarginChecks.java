package org.javatron.search;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;

/** Every score of a scan is as near to the canonical one as it says, before and after refining. */
final class ScanMarginChecks {
  private ScanMarginChecks() {}

  /** A first tile is compared whole; at the latest so many later, heads were tried. */
  private static final int TILES = 4;

  /**
   * Compares all queries with all passages, as one tile, again and again: whole at first, then by
   * heads too.
   *
   * @param most of the largest score the margin may be, so that it says something; infinite if it
   *     need not
   */
  static void requireWithin(ScanForm form, float[] asked, float[] passages, int dim, double most)
      throws IOException {
    int count = asked.length / dim;
    int rows = passages.length / dim;
    try (QueryBlock block = new QueryBlock(count, dim);
        ScanForm.Queries queries = form.queries(block);
        FloatPointer tile = new FloatPointer((long) rows * dim);
        ScanForm.Tiles tiles = queries.tiles(tile)) {
      for (int q = 0; q < count; q++) {
        block.set(q, asked, q * dim);
      }
      queries.load(0, count, asked);
      for (int index = 0; index < TILES; index++) {
        tiles.open(0, 0, rows);
        tiles.multiply(0, count);
        for (int q = 0; q < count; q++) {
          requireWithin(tiles, q, index == 0, asked, passages, dim, most);
        }
      }
    }
  }

  private static void requireWithin(
      ScanForm.Tiles tiles,
      int q,
      boolean whole,
      float[] asked,
      float[] passages,
      int dim,
      double most) {
    int rows = passages.length / dim;
    int[] all = IntStream.range(0, rows).toArray();
    float[] scores = new float[rows];
    double margin = tiles.scores(q, scores);
    requireWithin(margin, whole, scores, asked, q, passages, dim);
    double refined = tiles.refine(q, all, rows, scores, Double.NEGATIVE_INFINITY);
    double theirs = refined < 0 ? margin : refined;
    double largest = requireWithin(theirs, true, scores, asked, q, passages, dim);
    if (most < Double.POSITIVE_INFINITY) {
      assertTrue(theirs < most * largest, theirs + " of " + largest);
    }
  }

  /** Canonical scores are at most a margin above; and below, if that is claimed. */
  private static double requireWithin(
      double margin,
      boolean bothSides,
      float[] scores,
      float[] queries,
      int q,
      float[] passages,
      int dim) {
    double largest = 0;
    float[] query = Arrays.copyOfRange(queries, q * dim, (q + 1) * dim);
    for (int i = 0; i < scores.length; i++) {
      float exact = Metric.INNER_PRODUCT.score(query, passages, i * dim, dim);
      double above = (double) exact - scores[i];
      assertTrue(above <= margin, exact + " " + scores[i]);
      assertTrue(!bothSides || -above <= margin, exact + " " + scores[i]);
      largest = Math.max(largest, Math.abs(exact));
    }
    return largest;
  }
}

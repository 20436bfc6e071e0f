package org.javatron.embeddings;

import java.util.Arrays;
import org.javatron.kernels.DoubleBlas;

/**
 * Chooses how many coordinates a scan multiplies before it looks at the rest: so many that the
 * expected cost is least.
 *
 * <pre>
 * cost(head) = head + {@value #REFINED} dim share(head)
 * </pre>
 *
 * <p>where share is the part of the passages that the head alone cannot exclude from the best, in a
 * sample of passages and queries. A refined value costs about ten times a scanned one: it is
 * multiplied alone, not in a matrix product.
 *
 * @param head how many
 * @param cost in scanned values a passage
 */
record HeadLength(int head, double cost) {
  static final int STEP = 64;

  /** Sampled passages and queries. */
  static final int PASSAGES = 4096;

  static final int QUERIES = 256;
  private static final int REFINED = 10;

  /**
   * The bound of a scan is lower before its end: on average it leaves what so much more depth
   * would.
   */
  private static final int EARLY = 4;

  /**
   * Finds the head of the least cost.
   *
   * @param dim coordinates
   * @param passages on the axes: {@code [n, dim]}
   * @param queries on the axes: {@code [m, dim]}
   * @param error what the scan's scores miss, relative to the vectors' lengths
   * @param wanted which part of all passages is wanted
   * @return a multiple of {@link #STEP}, or dim if no shorter head would do less work
   */
  static HeadLength of(int dim, double[] passages, double[] queries, double error, double wanted) {
    int n = passages.length / dim;
    int m = queries.length / dim;
    if (n == 0 || m == 0) {
      return new HeadLength(dim, dim);
    }
    double[] least = bounds(dim, passages, queries, wanted);
    double[] lengths = tails(dim, 0, queries);
    double length = Arrays.stream(tails(dim, 0, passages)).average().orElse(0);
    for (int q = 0; q < m; q++) {
      least[q] -= error * lengths[q] * length;
    }
    HeadLength best = new HeadLength(dim, dim);
    double[] partial = new double[m * n];
    for (int head = STEP; head < dim; head += STEP) {
      addProducts(dim, head - STEP, queries, passages, partial);
      double share = share(partial, tails(dim, head, queries), tails(dim, head, passages), least);
      double cost = head + REFINED * dim * share;
      if (cost < best.cost) {
        best = new HeadLength(head, cost);
      }
    }
    return best;
  }

  /** The score that each query's passages must reach, on average over a scan. */
  private static double[] bounds(int dim, double[] passages, double[] queries, double wanted) {
    int n = passages.length / dim;
    int rank = (int) Math.max(1, Math.min(n, Math.rint(EARLY * wanted * n)));
    double[] scores = new double[queries.length / dim * n];
    DoubleBlas.rowsTimesRows(scores.length / n, n, dim, queries, passages, scores);
    double[] bounds = new double[scores.length / n];
    for (int q = 0; q < bounds.length; q++) {
      double[] row = Arrays.copyOfRange(scores, q * n, (q + 1) * n);
      Arrays.sort(row);
      bounds[q] = row[n - rank];
    }
    return bounds;
  }

  /** Adds the products of the coordinates from {@code first} on, {@link #STEP} of them. */
  private static void addProducts(
      int dim, int first, double[] queries, double[] passages, double[] partial) {
    double[] left = columns(dim, first, queries);
    double[] right = columns(dim, first, passages);
    double[] products = new double[partial.length];
    DoubleBlas.rowsTimesRows(left.length / STEP, right.length / STEP, STEP, left, right, products);
    for (int i = 0; i < partial.length; i++) {
      partial[i] += products[i];
    }
  }

  private static double[] columns(int dim, int first, double[] vectors) {
    double[] some = new double[vectors.length / dim * STEP];
    for (int row = 0; row * STEP < some.length; row++) {
      System.arraycopy(vectors, row * dim + first, some, row * STEP, STEP);
    }
    return some;
  }

  private static double[] tails(int dim, int head, double[] vectors) {
    double[] lengths = new double[vectors.length / dim];
    for (int row = 0; row < lengths.length; row++) {
      double square = 0;
      for (int i = row * dim + head; i < (row + 1) * dim; i++) {
        square += vectors[i] * vectors[i];
      }
      lengths[row] = Math.sqrt(square);
    }
    return lengths;
  }

  private static double share(
      double[] partial, double[] queryTails, double[] passageTails, double[] least) {
    long kept = 0;
    for (int q = 0; q < queryTails.length; q++) {
      for (int i = 0; i < passageTails.length; i++) {
        double most = partial[q * passageTails.length + i] + queryTails[q] * passageTails[i];
        kept += most >= least[q] ? 1 : 0;
      }
    }
    return (double) kept / partial.length;
  }
}

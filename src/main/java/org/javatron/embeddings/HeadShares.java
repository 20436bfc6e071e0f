package org.javatron.embeddings;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.javatron.kernels.DoubleBlas;

/**
 * How many passages heads of each length leave, in a sample: those that the product of the heads
 * and the lengths of the tails cannot exclude from the best. A search is exact whatever this says;
 * it only tells what a search will cost and which heads are worth having.
 */
public final class HeadShares {
  /** Heads are multiples of so many coordinates. */
  public static final int STEP = 64;

  /** Sampled passages and queries. */
  static final int PASSAGES = 4096;

  static final int QUERIES = 128;

  /**
   * The bound of a scan is lower before its end: on average it leaves what so much more depth
   * would.
   */
  private static final int EARLY = 3;

  private static final double SOME = 0.5;
  private static final double NEARLY_NONE = 0.02;

  private final int dim;
  private final double[] passages;
  private final double[] queries;
  private final double error;

  /**
   * Takes samples.
   *
   * @param dim coordinates
   * @param passages on the axes: {@code [n, dim]}
   * @param queries on the axes: {@code [m, dim]}
   * @param error what the scan's scores miss, relative to the vectors' lengths
   */
  HeadShares(int dim, double[] passages, double[] queries, double error) {
    this.dim = dim;
    this.passages = passages;
    this.queries = queries;
    this.error = error;
  }

  /**
   * The lengths of heads that there are, all of the vector last.
   *
   * @param dim coordinates
   * @return ascending
   */
  public static int[] lengths(int dim) {
    int[] lengths = new int[(dim + STEP - 1) / STEP];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = Math.min(dim, (i + 1) * STEP);
    }
    return lengths;
  }

  /**
   * Which share of the passages each head leaves, on average over the queries and a scan.
   *
   * @param wanted which part of all passages is wanted
   * @return one each of {@link #lengths}, 0 to 1, 0 for the last; 1 for all others without a sample
   */
  public double[] left(double wanted) {
    int n = passages.length / dim;
    int m = queries.length / dim;
    int[] lengths = lengths(dim);
    double[] left = new double[lengths.length];
    Arrays.fill(left, 0, left.length - 1, 1);
    if (n == 0 || m == 0) {
      return left;
    }
    double[] least = bounds(wanted);
    double[] partial = new double[m * n];
    for (int i = 0; i < lengths.length - 1; i++) {
      addProducts(lengths[i] - STEP, partial);
      left[i] = share(partial, tails(lengths[i], queries), tails(lengths[i], passages), least);
    }
    return left;
  }

  /**
   * The heads that are worth having: from the shortest that says something for few wanted passages
   * to the shortest that says nearly all for many.
   *
   * @param few which part of all passages some searches want
   * @param many which part others want
   * @return ascending, all of the vector last
   */
  List<Integer> useful(double few, double many) {
    int[] lengths = lengths(dim);
    int from = shortest(left(few), SOME);
    int to = shortest(left(many), NEARLY_NONE);
    return IntStream.range(from, lengths.length)
        .filter(i -> i <= to || i == lengths.length - 1)
        .mapToObj(i -> lengths[i])
        .toList();
  }

  private static int shortest(double[] left, double most) {
    int i = 0;
    while (left[i] > most) {
      i++;
    }
    return i;
  }

  /** The score that each query's passages must reach, on average over a scan. */
  private double[] bounds(double wanted) {
    int n = passages.length / dim;
    int rank = (int) Math.max(1, Math.min(n, Math.rint(EARLY * wanted * n)));
    double[] scores = new double[queries.length / dim * n];
    DoubleBlas.rowsTimesRows(scores.length / n, n, dim, queries, passages, scores);
    double[] lengths = tails(0, queries);
    double length = Arrays.stream(tails(0, passages)).average().orElse(0);
    double[] bounds = new double[scores.length / n];
    for (int q = 0; q < bounds.length; q++) {
      double[] row = Arrays.copyOfRange(scores, q * n, (q + 1) * n);
      Arrays.sort(row);
      bounds[q] = row[n - rank] - error * lengths[q] * length;
    }
    return bounds;
  }

  /** Adds the products of the coordinates from {@code first} on, {@link #STEP} of them. */
  private void addProducts(int first, double[] partial) {
    double[] left = columns(first, queries);
    double[] right = columns(first, passages);
    double[] products = new double[partial.length];
    DoubleBlas.rowsTimesRows(left.length / STEP, right.length / STEP, STEP, left, right, products);
    for (int i = 0; i < partial.length; i++) {
      partial[i] += products[i];
    }
  }

  private double[] columns(int first, double[] vectors) {
    double[] some = new double[vectors.length / dim * STEP];
    for (int row = 0; row * STEP < some.length; row++) {
      System.arraycopy(vectors, row * dim + first, some, row * STEP, STEP);
    }
    return some;
  }

  private double[] tails(int head, double[] vectors) {
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

package org.javatron.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What heads leave of a sample, counted and by hand. */
class HeadSharesTest {
  private static final int DIM = 200;

  /** Values that get smaller from one to the next, as on principal axes. */
  private static double[] vectors(Random random, int rows, double fall) {
    double[] values = new double[rows * DIM];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian() * Math.pow(fall, i % DIM);
    }
    return values;
  }

  private static double dot(double[] x, int from, double[] y, int at, int begin, int end) {
    double sum = 0;
    for (int i = begin; i < end; i++) {
      sum += x[from + i] * y[at + i];
    }
    return sum;
  }

  @Test
  void theSharesAreThoseOfCounting() {
    Random random = new Random(61);
    int n = 300;
    int m = 7;
    double[] passages = vectors(random, n, 0.99);
    double[] queries = vectors(random, m, 0.99);
    double[] left = new HeadShares(DIM, passages, queries, 0).left(0.01);
    assertArrayEquals(new int[] {64, 128, 192, 200}, HeadShares.lengths(DIM));
    for (int i = 0; i < 3; i++) {
      int head = HeadShares.lengths(DIM)[i];
      int kept = 0;
      for (int q = 0; q < m * DIM; q += DIM) {
        double[] scores = new double[n];
        for (int p = 0; p < n; p++) {
          scores[p] = dot(queries, q, passages, p * DIM, 0, DIM);
        }
        Arrays.sort(scores);
        double least = scores[n - 9]; // three times one in a hundred, for what comes before the end
        for (int p = 0; p < n * DIM; p += DIM) {
          double tails =
              dot(queries, q, queries, q, head, DIM) * dot(passages, p, passages, p, head, DIM);
          kept += dot(queries, q, passages, p, 0, head) + Math.sqrt(tails) >= least ? 1 : 0;
        }
      }
      assertEquals((double) kept / (m * n), left[i], 1e-9, "head " + head);
    }
    assertEquals(0, left[3]);
  }

  @Test
  void usefulHeadsFollowTheStructure() {
    Random random = new Random(62);
    double[] steep = vectors(random, 400, 0.95);
    double[] flat = vectors(random, 400, 1);
    double[] asked = vectors(random, 50, 1);
    List<Integer> steepHeads = new HeadShares(DIM, steep, steep, 0).useful(0.001, 0.01);
    assertEquals(64, steepHeads.get(0));
    assertEquals(DIM, steepHeads.get(steepHeads.size() - 1));
    List<Integer> flatHeads = new HeadShares(DIM, flat, asked, 0).useful(0.001, 0.01);
    assertTrue(flatHeads.get(0) > 64, flatHeads.toString());
    assertEquals(List.of(DIM), new HeadShares(DIM, new double[0], flat, 0).useful(0.1, 0.1));
  }
}

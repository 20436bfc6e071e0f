package org.javatron.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The vector loops against the plain ones, over sizes that do not fit the vectors. */
class RowMathTest {
  private static final int[] AWKWARD = {0, 1, 2, 7, 15, 16, 17, 31, 33, 127, 384, 1000};

  private final RowMath scalar = new ScalarRowMath();
  private final RowMath fastest = RowMath.fastest();

  @Test
  void theTestsRunTheVectorLoops() {
    assertTrue(fastest.description().startsWith("Vector API"), fastest.description());
  }

  @Test
  void dotAgrees() {
    Random random = new Random(1);
    for (int n : AWKWARD) {
      float[] a = new float[n + 3];
      float[] b = new float[n + 5];
      for (int i = 0; i < n; i++) {
        a[i + 3] = random.nextFloat() - 0.5f;
        b[i + 5] = random.nextFloat() - 0.5f;
      }
      // n products below 1/4, each rounded once: the error grows with n.
      assertEquals(scalar.dot(a, 3, b, 5, n), fastest.dot(a, 3, b, 5, n), 1e-7 * (n + 1), "n=" + n);
    }
  }

  @Test
  void collectReachingAgrees() {
    Random random = new Random(2);
    for (int n : AWKWARD) {
      for (int trial = 0; trial < 50; trial++) {
        float[] row = new float[n + 2];
        for (int i = 0; i < row.length; i++) {
          row[i] = random.nextInt(40) == 0 ? Float.NaN : random.nextInt(5) - 2; // with ties
        }
        float threshold = trial == 0 ? Float.NEGATIVE_INFINITY : random.nextInt(6) - 2;
        int[] expected = new int[n];
        int[] found = new int[n];
        int count = scalar.collectReaching(row, n, threshold, expected);
        assertEquals(count, fastest.collectReaching(row, n, threshold, found));
        assertArrayEquals(expected, found);
        assertEquals(count, reaching(row, n, threshold));
      }
    }
  }

  private static int reaching(float[] row, int n, float threshold) {
    int count = 0;
    for (int i = 0; i < n; i++) {
      count += Float.isNaN(row[i]) || row[i] >= threshold ? 1 : 0;
    }
    return count;
  }
}

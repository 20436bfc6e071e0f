package org.javatron.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The vector loops over bytes and whole numbers against the plain ones. */
class RowMathBytesTest {
  private final RowMath scalar = new ScalarRowMath();
  private final RowMath fastest = RowMath.fastest();

  /** Whole numbers, so that any order of the sum gives the same. */
  @Test
  void dotBytesAgrees() {
    Random random = new Random(7);
    for (int n : RowMathTest.AWKWARD) {
      int rows = 1 + random.nextInt(12);
      byte[] b = new byte[rows * (n + 5)];
      random.nextBytes(b);
      float[] a = new float[2 + n];
      for (int i = 0; i < a.length; i++) {
        a[i] = random.nextInt(101) - 50;
      }
      float[] expected = new float[rows + 1];
      float[] found = new float[rows + 1];
      scalar.dotBytes(a, 2, b, n + 5, rows, n, expected, 1);
      fastest.dotBytes(a, 2, b, n + 5, rows, n, found, 1);
      assertArrayEquals(expected, found, "of " + n);
    }
  }

  @Test
  void decodeAgrees() {
    Random random = new Random(10);
    for (int n : RowMathTest.AWKWARD) {
      byte[] b = new byte[n + 2];
      random.nextBytes(b);
      float[] expected = new float[n + 5];
      float[] found = new float[n + 5];
      scalar.decode(b, 2, n, 0.3f, expected, 5);
      fastest.decode(b, 2, n, 0.3f, found, 5);
      assertArrayEquals(expected, found, "of " + n);
    }
  }

  @Test
  void scaleOfWholeNumbersAgrees() {
    Random random = new Random(9);
    for (int n : RowMathTest.AWKWARD) {
      int[] x = random.ints(n, -20_000_000, 20_000_000).toArray();
      float[] factors = RowMathTest.floats(random, n);
      float[] expected = new float[n];
      float[] found = new float[n];
      scalar.scale(x, factors, n, 0.3f, -2.5f, expected);
      fastest.scale(x, factors, n, 0.3f, -2.5f, found);
      for (int i = 0; i < n; i++) {
        double size = Math.abs(x[i] * (double) factors[i]) + 2.5;
        assertEquals(expected[i], found[i], 4 * 0x1p-24 * size, "of " + n);
      }
    }
  }
}

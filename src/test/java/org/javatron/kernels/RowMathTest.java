package org.javatron.kernels;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The vector loops against the plain ones, over sizes that do not fit the vectors. */
class RowMathTest {
  static final int[] AWKWARD = {0, 1, 2, 7, 15, 16, 17, 31, 33, 127, 384, 1000};

  private final RowMath scalar = new ScalarRowMath();
  private final RowMath fastest = RowMath.fastest();

  /** Random bits: every exponent, infinities and NaN of both kinds. */
  @Test
  void roundsToTheNearestBfloat16() {
    Random random = new Random(7);
    for (int n : AWKWARD) {
      float[] x = new float[n];
      for (int i = 0; i < n; i++) {
        int bits = random.nextInt();
        int[] kinds = {bits, bits & 0xffff0000, bits & 0xffff0000 | 0x8000, bits | 0x7f800000};
        x[i] = Float.intBitsToFloat(kinds[random.nextInt(kinds.length)]);
      }
      short[] plain = new short[n];
      short[] fast = new short[n];
      scalar.toBfloat16(x, plain, n);
      fastest.toBfloat16(x, fast, n);
      assertArrayEquals(plain, fast);
      for (int i = 0; i < n; i++) {
        nearest(x[i], plain[i]);
      }
    }
  }

  private static void nearest(float x, short found) {
    float rounded = Float.intBitsToFloat(found << 16);
    if (Float.isNaN(x) || Float.isInfinite(x)) {
      assertEquals(x, rounded);
      return;
    }
    // The neighbours towards and away from 0; what would follow the largest counts as 2^128.
    double below = Float.intBitsToFloat(Float.floatToRawIntBits(x) & 0xffff0000);
    float next = Float.intBitsToFloat((Float.floatToRawIntBits(x) & 0xffff0000) + 0x10000);
    double above = Float.isInfinite(next) ? Math.copySign(0x1p128, x) : next;
    double down = Math.abs(x - below);
    double up = Math.abs(above - x);
    boolean even = (Float.floatToRawIntBits(x) & 0x10000) == 0;
    double expected = down < up || down == up && even ? below : above;
    assertEquals(Math.abs(expected) == 0x1p128 ? next : (float) expected, rounded, "of " + x);
  }

  @Test
  void theTestsRunTheVectorLoops() {
    assertTrue(fastest.description().startsWith("Vector API"), fastest.description());
  }

  /** Whole numbers, so that any order of the sum gives the same. */
  @Test
  void dotRowsAgrees() {
    Random random = new Random(8);
    for (int n : AWKWARD) {
      float[] a = wholeNumbers(random, n + 3);
      float[] b = wholeNumbers(random, 10 * n);
      int[] rows = {3, 0, 9, 9, 5, 2, 7, 1, 8, 4, 6};
      for (int count = 0; count <= rows.length; count++) {
        float[] expected = new float[rows.length + 1];
        float[] found = new float[rows.length + 1];
        scalar.dotRows(a, 3, b, rows, count, n, expected);
        fastest.dotRows(a, 3, b, rows, count, n, found);
        assertArrayEquals(expected, found, count + " of " + n);
      }
    }
  }

  private static float[] wholeNumbers(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextInt(101) - 50;
    }
    return values;
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
  void panelsAgreeWithInnerProducts() {
    Random random = new Random(2);
    for (RowMath math : List.of(scalar, fastest)) {
      int width = math.panelWidth();
      for (int k : new int[] {1, 7, 384}) {
        for (int rows = 1; rows <= RowMath.PANEL_ROWS; rows++) {
          float[] x = floats(random, 3 + rows * k);
          float[] panel = floats(random, k * width);
          float[] out = new float[5 + RowMath.PANEL_ROWS * width];
          math.multiplyPanel(x, 3, rows, k, panel, out, 5);
          for (int r = 0; r < rows; r++) {
            for (int j = 0; j < width; j++) {
              double sum = 0;
              for (int i = 0; i < k; i++) {
                sum += (double) x[3 + r * k + i] * panel[i * width + j];
              }
              assertEquals(sum, out[5 + r * width + j], 1e-7 * (k + 1), "row " + r + " of " + k);
            }
          }
          assertEquals(0, out[4]);
        }
      }
    }
  }

  static float[] floats(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }

  @Test
  void wideDotAgrees() {
    Random random = new Random(2);
    double[] expected = new double[2];
    double[] found = new double[2];
    for (int n : AWKWARD) {
      float[] a = new float[n];
      float[] b = new float[n + 5];
      for (int i = 0; i < n; i++) {
        a[i] = (float) random.nextGaussian();
        b[i + 5] = (float) random.nextGaussian();
      }
      scalar.wideDot(a, b, 5, n, expected);
      fastest.wideDot(a, b, 5, n, found);
      assertEquals(expected[0], found[0], n * 0x1p-52 * expected[1], "n=" + n);
      assertEquals(expected[1], found[1], n * 0x1p-52 * expected[1], "n=" + n);
    }
  }

  /** A resumed training starts interpreted where the undisturbed one was compiled long ago. */
  @Test
  void interpretedAndCompiledCodeGiveTheSameBits() throws Exception {
    long compiled = 0;
    for (int i = 0; i < 5000; i++) {
      compiled = bits(fastest);
    }
    Process interpreted =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xint",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                Bits.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String found = new String(interpreted.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, interpreted.waitFor());
    assertEquals(Long.toHexString(compiled), found.strip());
  }

  /** The other process. */
  static final class Bits {
    public static void main(String[] arguments) {
      System.out.println(Long.toHexString(bits(RowMath.fastest())));
    }
  }

  /** A hash of what the loops with sums and exponentials make of a row. */
  private static long bits(RowMath math) {
    Random random = new Random(9);
    float[] x = new float[200];
    float[] y = new float[200];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
      y[i] = (float) random.nextGaussian();
    }
    long hash = Float.floatToIntBits(math.dot(x, 0, y, 0, 200));
    math.layerNorm(x, 0, 200, y, y, 1e-3f);
    hash = 31 * hash + Arrays.hashCode(x);
    math.addGelu(x, 0, y, 0, 200);
    math.geluBackward(y, 0, x, 0, 200);
    hash = 31 * hash + Arrays.hashCode(y);
    math.softmax(x, 0, 200);
    math.softmaxBackward(y, 0, x, 0, 200);
    return 31 * hash + Arrays.hashCode(y);
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
        assertArrayEquals(Arrays.copyOf(expected, count), Arrays.copyOf(found, count));
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

  @Test
  void addMultiplyAndScaleAgreeExactly() {
    Random random = new Random(2);
    for (int n : AWKWARD) {
      float[] x = rows(random, n, 3);
      float[] y = rows(random, n, 3);
      agree(x, n, 0, (math, row) -> math.add(row, 2, y, 1, n));
      agree(x, n, 0, (math, row) -> math.multiply(row, 2, y, 1, n));
      agree(x, n, 0, (math, row) -> math.scale(row, 2, n, 0.3f));
    }
  }

  @Test
  void geluAgrees() {
    Random random = new Random(3);
    for (int n : AWKWARD) {
      float[] x = rows(random, n, 8);
      float[] bias = rows(random, n, 1);
      agree(x, n, 5e-7, (math, row) -> math.addGelu(row, 2, bias, 1, n));
    }
  }

  @Test
  void softmaxAgrees() {
    Random random = new Random(4);
    for (int n : AWKWARD) {
      if (n > 0) {
        // Up to scores so far apart that most weights vanish.
        for (float spread : new float[] {1, 10, 300}) {
          float[] x = rows(random, n, spread);
          agree(x, n, 5e-7, (math, row) -> math.softmax(row, 2, n));
        }
      }
    }
  }

  @Test
  void layerNormAgrees() {
    Random random = new Random(5);
    for (int n : AWKWARD) {
      if (n > 1) {
        float[] x = rows(random, n, 4);
        float[] gamma = rows(random, n, 2);
        float[] beta = rows(random, n, 2);
        agree(x, n, 5e-6, (math, row) -> math.layerNorm(row, 2, n, gamma, beta, 1e-12f));
      }
    }
  }

  @Test
  void addScaledAgrees() {
    Random random = new Random(6);
    for (int n : AWKWARD) {
      float[] x = rows(random, n, 3);
      float[] y = rows(random, n, 3);
      // A product and a sum, rounded once or twice.
      agree(x, n, 1e-6, (math, row) -> math.addScaled(row, 2, y, 1, n, -0.7f));
    }
  }

  @Test
  void geluBackwardAgrees() {
    Random random = new Random(7);
    for (int n : AWKWARD) {
      float[] d = rows(random, n, 2);
      float[] x = rows(random, n, 8);
      agree(d, n, 1e-6, (math, row) -> math.geluBackward(row, 2, x, 1, n));
    }
  }

  @Test
  void softmaxBackwardAgrees() {
    Random random = new Random(8);
    for (int n : AWKWARD) {
      float[] d = rows(random, n, 2);
      float[] p = rows(random, n, 5);
      if (n > 0) {
        scalar.softmax(p, 1, n);
      }
      agree(d, n, 1e-6, (math, row) -> math.softmaxBackward(row, 2, p, 1, n));
    }
  }

  @Test
  void layerNormBackwardAgrees() {
    Random random = new Random(9);
    for (int n : AWKWARD) {
      if (n > 0) {
        float[] d = rows(random, n, 2);
        float[] x = rows(random, n, 4);
        float[] gamma = rows(random, n, 2);
        float[] dGamma = rows(random, n, 1);
        float[] dBeta = rows(random, n, 1);
        float[][] expected = {d.clone(), x.clone(), dGamma.clone(), dBeta.clone()};
        float[][] found = {d, x, dGamma, dBeta};
        // An eps that keeps a row of one or two values from magnifying what rounding leaves.
        scalar.layerNormBackward(
            expected[0], expected[1], n, gamma, 0.1f, expected[2], expected[3]);
        fastest.layerNormBackward(found[0], found[1], n, gamma, 0.1f, found[2], found[3]);
        for (int i = 0; i < 4; i++) {
          assertArrayEquals(expected[i], found[i], 2e-5f, "n=" + n + " array " + i);
        }
      }
    }
  }

  @Test
  void dropoutAgreesToTheBit() {
    Random random = new Random(10);
    for (int n : AWKWARD) {
      float[] x = rows(random, n, 3);
      for (int threshold : new int[] {0, 1 << 20, 1 << 23, (1 << 24) - 1}) {
        long key = random.nextLong();
        int index = random.nextInt();
        float[] expected = x.clone();
        float[] found = x.clone();
        scalar.dropout(expected, 2, n, key, index, threshold, 1.25f);
        fastest.dropout(found, 2, n, key, index, threshold, 1.25f);
        assertArrayEquals(expected, found, "n=" + n + " threshold=" + threshold);
      }
    }
  }

  @Test
  void softmaxOfEqualScoresIsUniformHoweverLarge() {
    for (RowMath math : List.of(scalar, fastest)) {
      float[] row = new float[40];
      Arrays.fill(row, 3e38f);
      math.softmax(row, 0, 40);
      assertEquals(1 / 40f, row[0], 1e-9);
      assertEquals(1 / 40f, row[39], 1e-9);
    }
  }

  @Test
  void softmaxLeavesNoWeightFarBelowTheGreatestScore() {
    for (RowMath math : List.of(scalar, fastest)) {
      float[] row = new float[20];
      Arrays.fill(row, -1e30f);
      row[3] = 1;
      math.softmax(row, 0, 20);
      assertEquals(1, row[3], 0);
      assertEquals(0, row[19], 1e-30);
    }
  }

  @Test
  void aConstantRowNormalisesToItsShift() {
    for (RowMath math : List.of(scalar, fastest)) {
      float[] row = new float[19];
      float[] gamma = new float[19];
      float[] beta = new float[19];
      Arrays.fill(row, 2.5f);
      Arrays.fill(gamma, 3);
      Arrays.fill(beta, -1);
      math.layerNorm(row, 0, 19, gamma, beta, 1e-12f);
      assertEquals(-1, row[0], 1e-6);
      assertEquals(-1, row[18], 1e-6);
    }
  }

  @Test
  void nanStaysVisible() {
    for (RowMath math : List.of(scalar, fastest)) {
      for (int at : new int[] {0, 18}) {
        float[] row = new float[19];
        row[at] = Float.NaN;
        math.addGelu(row, 0, new float[19], 0, 19);
        assertTrue(Float.isNaN(row[at]));
        math.softmax(row, 0, 19);
        assertTrue(Float.isNaN(row[at]));
      }
    }
  }

  /**
   * Against Φ by its series {@code 1/2 + φ(x) (x + x³/3 + x⁵/15 + ...)} in double precision, which
   * has nothing in common with how the rows compute it.
   */
  @Test
  void geluIsExactToFloatRounding() {
    int n = 120_001;
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (i - 60_000) / 10_000f;
    }
    for (RowMath math : List.of(scalar, fastest)) {
      float[] y = x.clone();
      math.addGelu(y, 0, new float[n], 0, n);
      for (int i = 0; i < n; i++) {
        double exact = x[i] * phi(x[i]);
        // The tail's own error of 1e-7 at most times |x|, and one rounding of the result.
        assertEquals(exact, y[i], 1e-7 + 1.2e-7 * Math.abs(exact), "gelu(" + x[i] + ")");
      }
    }
  }

  @Test
  void geluBackwardIsExactToFloatRounding() {
    float[] x = new float[12_001];
    for (int i = 0; i < x.length; i++) {
      x[i] = (i - 6_000) / 1_000f;
    }
    for (RowMath math : List.of(scalar, fastest)) {
      float[] d = new float[x.length];
      Arrays.fill(d, 1);
      math.geluBackward(d, 0, x, 0, x.length);
      for (int i = 0; i < x.length; i++) {
        double density = Math.exp(-0.5 * x[i] * x[i]) / Math.sqrt(2 * Math.PI);
        assertEquals(phi(x[i]) + x[i] * density, d[i], 3e-7, "gelu'(" + x[i] + ")");
      }
    }
  }

  private static double phi(double x) {
    double term = x;
    double sum = x;
    for (int i = 3; Math.abs(term) > 1e-18 * Math.abs(sum) && i < 400; i += 2) {
      term *= x * x / i;
      sum += term;
    }
    return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  private interface Change {
    void apply(RowMath math, float[] row);
  }

  /** n values after two, and one more; the values around must stay as they are. */
  private static float[] rows(Random random, int n, float spread) {
    float[] row = new float[n + 3];
    for (int i = 0; i < row.length; i++) {
      row[i] = spread * (2 * random.nextFloat() - 1);
    }
    return row;
  }

  private void agree(float[] x, int n, double tolerance, Change change) {
    float[] expected = x.clone();
    float[] found = x.clone();
    change.apply(scalar, expected);
    change.apply(fastest, found);
    for (int i = 0; i < x.length; i++) {
      double allowed = tolerance * Math.max(1, Math.abs(expected[i]));
      assertEquals(expected[i], found[i], allowed, "n=" + n + " i=" + i);
    }
    assertEquals(x[1], found[1]);
    assertEquals(x[n + 2], found[n + 2]);
  }
}

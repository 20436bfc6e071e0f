package org.javatron.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The rotation changes no inner product; a code is as near to its vector as it says. */
class Int8CodeTest {
  private static double[] gaussian(Random random, int dim) {
    return random.doubles(dim, -1, 1).toArray();
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  private static double[] rotated(Rotation rotation, double[] vector) {
    double[] out = new double[rotation.size()];
    rotation.apply(vector, 0, out, 0);
    return out;
  }

  @Test
  void rotationKeepsInnerProducts() {
    Random random = new Random(1);
    for (int dim : new int[] {1, 2, 63, 64, 100, 384, 768, 1024}) {
      Rotation rotation = new Rotation(dim, 7);
      assertEquals((dim + 63) / 64 * 64, rotation.size());
      double[] x = gaussian(random, dim);
      double[] y = gaussian(random, dim);
      double lengths = Math.sqrt(dot(x, x) * dot(y, y));
      double found = dot(rotated(rotation, x), rotated(rotation, y));
      assertEquals(dot(x, y), found, 1e-13 * lengths, "dim " + dim);
    }
  }

  @Test
  void rotationSpreadsOneLargeValue() {
    double[] vector = new double[768];
    vector[5] = 1;
    double greatest = 0;
    for (double value : rotated(new Rotation(768, 7), vector)) {
      greatest = Math.max(greatest, Math.abs(value));
    }
    assertTrue(greatest < 0.2, "" + greatest);
  }

  @Test
  void aSeedIsARotation() {
    double[] vector = gaussian(new Random(2), 100);
    double[] once = rotated(new Rotation(100, 3), vector);
    assertArrayEquals(once, rotated(new Rotation(100, 3), vector));
    assertTrue(dot(once, rotated(new Rotation(100, 4), vector)) < 0.9 * dot(once, once));
  }

  @Test
  void boundsHoldAndAreNear() {
    Random random = new Random(3);
    for (int trial = 0; trial < 300; trial++) {
      int size = 64 * (1 + random.nextInt(12));
      double scale = Math.pow(2, random.nextInt(160) - 100);
      double[] vector = gaussian(random, size);
      for (int i = 0; i < size; i++) {
        vector[i] *= scale;
      }
      int limit = trial % 2 == 0 ? 127 : 63;
      int shift = trial % 2 == 0 ? 0 : 64;
      byte[] codes = new byte[size + 3];
      Int8Code code = new Int8Code();
      code.set(vector, 0, size, limit, shift, codes, 3);
      double left = 0;
      double square = 0;
      for (int i = 0; i < size; i++) {
        int whole = codes[3 + i] - shift;
        assertTrue(Math.abs(whole) <= limit);
        double value = (double) code.scale() * whole;
        left += (vector[i] - value) * (vector[i] - value);
        square += value * value;
      }
      assertTrue(Math.sqrt(left) <= code.residual());
      assertTrue(Math.sqrt(square) <= code.length());
      assertEquals(Math.sqrt(left), code.residual(), 1e-5 * code.residual());
      assertEquals(Math.sqrt(square), code.length(), 1e-5 * code.length());
    }
  }

  @Test
  void zerosHaveNoScale() {
    byte[] codes = new byte[64];
    Int8Code code = new Int8Code();
    code.set(new double[64], 0, 64, 127, 0, codes, 0);
    assertEquals(0, code.scale());
    assertEquals(0, code.residual());
    assertEquals(0, code.length());
    assertArrayEquals(new byte[64], codes);
  }
}

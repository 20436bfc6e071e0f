package org.javatron.embeddings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Half precision against its definition, computed in double. */
class HalfTest {
  /** The value of a finite half by the definition: (-1)^s * 2^(e-15) * (1 + f/1024). */
  private static double value(int half) {
    int exponent = half >> 10 & 31;
    int fraction = half & 1023;
    double magnitude =
        exponent == 0 ? fraction * 0x1p-24 : Math.scalb(1 + fraction / 1024.0, exponent - 15);
    return (half & 0x8000) == 0 ? magnitude : -magnitude;
  }

  @Test
  void everyHalfIsReadAndWrittenBack() {
    for (int half = 0; half < 1 << 16; half++) {
      float read = Half.toFloat((short) half);
      if ((half & 0x7c00) != 0x7c00) {
        assertEquals(value(half), read, 0.0);
        assertEquals((short) half, Half.fromFloat(read));
      } else if ((half & 0x3ff) == 0) {
        assertTrue(Float.isInfinite(read) && read > 0 == ((half & 0x8000) == 0));
        assertEquals((short) half, Half.fromFloat(read));
      } else {
        assertTrue(Float.isNaN(read) && Float.isNaN(Half.toFloat(Half.fromFloat(read))));
      }
    }
  }

  @Test
  void roundsToNearestAndTiesToEven() {
    for (int half = 0; half < 0x7bff; half++) { // every gap between two finite halves
      double low = value(half);
      double high = value(half + 1);
      float middle = (float) ((low + high) / 2); // exact: halves have 13 bits less than floats
      short even = (short) (half % 2 == 0 ? half : half + 1);
      assertEquals(even, Half.fromFloat(middle));
      assertEquals((short) half, Half.fromFloat(Math.nextDown(middle)));
      assertEquals((short) (half + 1), Half.fromFloat(Math.nextUp(middle)));
      assertEquals((short) (even | 0x8000), Half.fromFloat(-middle));
    }
  }

  @Test
  void anyFloatGoesToTheNearerNeighbour() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      float x = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(50) - 35));
      if (Math.abs(x) < Half.OVERFLOW) {
        int half = Half.fromFloat(x) & 0x7fff;
        double error = Math.abs(value(half) - Math.abs(x));
        assertTrue(half == 0 || error <= Math.abs(value(half - 1) - Math.abs(x)));
        assertTrue(half == 0x7bff || error <= Math.abs(value(half + 1) - Math.abs(x)));
      }
    }
  }

  @Test
  void overflowBeginsHalfwayToTheNextPowerOfTwo() {
    assertEquals((short) 0x7bff, Half.fromFloat(Math.nextDown(Half.OVERFLOW)));
    assertEquals((short) 0x7c00, Half.fromFloat(Half.OVERFLOW));
  }
}

package org.javatron.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SmallFloatsTest {
  @Test
  void everyHalfSurvivesTheRoundTrip() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float wide = SmallFloats.float16ToFloat((short) bits);
      if (Float.isNaN(wide)) {
        assertTrue((bits & 0x7c00) == 0x7c00 && (bits & 0x3ff) != 0, Integer.toHexString(bits));
        assertTrue(Float.isNaN(SmallFloats.float16ToFloat(SmallFloats.floatToFloat16(wide))));
      } else {
        assertEquals((short) bits, SmallFloats.floatToFloat16(wide), Integer.toHexString(bits));
      }
    }
  }

  @Test
  void everyBfloatSurvivesTheRoundTrip() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float wide = SmallFloats.bfloat16ToFloat((short) bits);
      if (Float.isNaN(wide)) {
        assertTrue(Float.isNaN(SmallFloats.bfloat16ToFloat(SmallFloats.floatToBfloat16(wide))));
      } else {
        assertEquals((short) bits, SmallFloats.floatToBfloat16(wide), Integer.toHexString(bits));
      }
    }
  }

  @Test
  void halvesMeanWhatIeeeSays() {
    assertEquals(1f, SmallFloats.float16ToFloat((short) 0x3c00));
    assertEquals(-2f, SmallFloats.float16ToFloat((short) 0xc000));
    assertEquals(65504f, SmallFloats.float16ToFloat((short) 0x7bff));
    assertEquals(0x1p-14f, SmallFloats.float16ToFloat((short) 0x0400));
    assertEquals(0x1p-24f, SmallFloats.float16ToFloat((short) 0x0001));
    assertEquals(-0f, SmallFloats.float16ToFloat((short) 0x8000));
    assertEquals(Float.NEGATIVE_INFINITY, SmallFloats.float16ToFloat((short) 0xfc00));
  }

  @Test
  void halfwayGoesToTheEvenNeighbour() {
    for (int bits = 0; bits < 0x7bff; bits++) {
      float low = SmallFloats.float16ToFloat((short) bits);
      float high = SmallFloats.float16ToFloat((short) (bits + 1));
      float middle = (low + high) / 2; // exact in float32
      assertEquals((short) (bits + (bits & 1)), SmallFloats.floatToFloat16(middle));
      assertEquals((short) bits, SmallFloats.floatToFloat16(Math.nextDown(middle)));
      assertEquals((short) (bits + 1), SmallFloats.floatToFloat16(Math.nextUp(middle)));
    }
    assertEquals((short) 0x7bff, SmallFloats.floatToFloat16(65519.996f));
    assertEquals((short) 0x7c00, SmallFloats.floatToFloat16(65520f));
  }

  @Test
  void bfloatRoundsHalfToEven() {
    for (int bits = 0; bits < 0x7f7f; bits++) {
      int middle = bits << 16 | 0x8000;
      assertEquals(
          (short) (bits + (bits & 1)), SmallFloats.floatToBfloat16(Float.intBitsToFloat(middle)));
      assertEquals((short) bits, SmallFloats.floatToBfloat16(Float.intBitsToFloat(middle - 1)));
      assertEquals(
          (short) (bits + 1), SmallFloats.floatToBfloat16(Float.intBitsToFloat(middle + 1)));
    }
  }
}

package org.javatron.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class UnitsTest {
  @Test
  void amountsAreReadAndShownInTheUnitThatFits() {
    assertEquals(27.2e9, Units.parse("27.2 GB", Units.BYTES));
    assertEquals(1200, Units.parse("20min", Units.SECONDS));
    assertEquals(Double.NaN, Units.parse("20", Units.SECONDS));
    assertEquals(Double.NaN, Units.parse("20 weeks", Units.SECONDS));
    assertEquals("0 B", Units.bytes(0));
    assertEquals("999 B", Units.bytes(999));
    assertEquals("1.5 KB", Units.bytes(1500));
    assertEquals("440 MB", Units.bytes(440e6));
    assertEquals("27.2 GB", Units.bytes(27.2e9));
    assertEquals("1200 GB", Units.bytes(1.2e12));
    assertEquals("0.4 s", Units.seconds(0.42));
    assertEquals("92 s", Units.seconds(92));
    assertEquals("2 min", Units.seconds(120));
    assertEquals("2.5 h", Units.seconds(9000));
    assertEquals("4.2 d", Units.seconds(100 * 3600));
  }
}

package org.javatron.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A thread's choice of heads, told what each of them leaves. */
class HeadChoiceTest {
  private static final int ROWS = 1000;
  private static final int QUERIES = 100;

  private final double[] scan = {64, 128, 192, 256};
  private final double[] look = {500, 500, 500, 0};

  /** Gives the head of each of some tiles, of which heads leave these shares. */
  private static int[] heads(HeadChoice choice, int tiles, boolean stepwise, double... shares) {
    int[] heads = new int[tiles];
    for (int tile = 0; tile < tiles; tile++) {
      int head = choice.next();
      heads[tile] = head;
      for (int q = 0; q < QUERIES && head < 3; q++) {
        choice.compared(ROWS);
        for (int j = head; j < (stepwise ? 3 : head + 1); j++) {
          choice.left(j, (int) (ROWS * shares[j]));
        }
      }
    }
    return heads;
  }

  private static long count(int[] heads, int head) {
    return Arrays.stream(heads).filter(each -> each == head).count();
  }

  @Test
  void itBeginsWithTheWholeVectorAndFindsTheBestHead() {
    for (boolean stepwise : new boolean[] {true, false}) {
      HeadChoice choice = new HeadChoice(new HeadChoice.Costs(scan, look, stepwise), 2);
      int[] heads = heads(choice, 200, stepwise, 0.5, 0.03, 0.01);
      assertEquals(3, heads[0]);
      assertTrue(count(heads, 1) > 170, count(heads, 1) + " tiles by the best head");
      assertTrue(count(heads, 0) > 0 && count(heads, 0) < 12, "tried now and then");
    }
  }

  @Test
  void whatPaysNoMoreIsLeft() {
    HeadChoice choice = new HeadChoice(new HeadChoice.Costs(scan, look, true), 2);
    heads(choice, 100, true, 0.01, 0.005, 0.001);
    int[] heads = heads(choice, 100, true, 0.9, 0.9, 0.9);
    assertTrue(count(heads, 3) > 80, count(heads, 3) + " tiles whole");
  }

  @Test
  void headsThatSayNothingAreTriedSeldom() {
    HeadChoice choice = new HeadChoice(new HeadChoice.Costs(scan, look, true), 2);
    int[] heads = heads(choice, 320, true, 1, 1, 1);
    assertTrue(count(heads, 3) > 305, count(heads, 3) + " tiles whole");
    assertTrue(count(heads, 2) > 5, count(heads, 2) + " tries");
  }

  @Test
  void theCostIsThatOfScanAndLooks() {
    double[] left = {0.5, 0.1, 0.02, 0};
    HeadChoice.Costs steps = new HeadChoice.Costs(scan, look, true);
    assertEquals(64 + 500 * 0.62, steps.of(0, left), 1e-9);
    assertEquals(192 + 500 * 0.02, steps.of(2, left), 1e-9);
    assertEquals(1, steps.best(left));
    HeadChoice.Costs once = new HeadChoice.Costs(scan, look, false);
    assertEquals(64 + 500 * 0.5, once.of(0, left), 1e-9);
    assertEquals(1, once.best(left));
  }
}

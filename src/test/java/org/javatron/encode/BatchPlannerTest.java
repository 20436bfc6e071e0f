package org.javatron.encode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchPlannerTest {
  @Test
  void longestFirstThenByPosition() {
    List<int[]> batches = BatchPlanner.plan(new int[] {3, 5, 3, 2}, 8);
    assertEquals(2, batches.size());
    assertArrayEquals(new int[] {1, 0}, batches.get(0));
    assertArrayEquals(new int[] {2, 3}, batches.get(1));
  }

  @Test
  void nothingGivesNoBatches() {
    assertEquals(List.of(), BatchPlanner.plan(new int[0], 8));
  }

  @Test
  void everySequenceOnceAndNoBatchTooLarge() {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      int maxTokens = 1 + random.nextInt(300);
      int[] lengths = random.ints(random.nextInt(100), 1, maxTokens + 1).toArray();
      boolean[] seen = new boolean[lengths.length];
      for (int[] batch : BatchPlanner.plan(lengths, maxTokens)) {
        assertTrue(batch.length > 0);
        assertTrue(Arrays.stream(batch).map(i -> lengths[i]).sum() <= maxTokens);
        for (int i : batch) {
          assertTrue(!seen[i], "twice: " + i);
          seen[i] = true;
        }
      }
      for (boolean one : seen) {
        assertTrue(one);
      }
    }
  }

  @Test
  void refusesASequenceLongerThanABatch() {
    Exception error =
        assertThrows(IllegalArgumentException.class, () -> BatchPlanner.plan(new int[] {4, 9}, 8));
    assertEquals("a sequence of 9 tokens does not fit a batch of 8", error.getMessage());
  }
}

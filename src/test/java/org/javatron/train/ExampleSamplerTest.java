package org.javatron.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The rule of Tevatron's TrainDataset, whatever the numbers. */
class ExampleSamplerTest {
  private static final Random RANDOM = new Random(3);

  private static ExampleSampler sampler(int passages, long seed) {
    return new ExampleSampler(passages, seed, true, true);
  }

  @Test
  void positivesTakeTurnsFromRowPlusSeed() {
    assertEquals((7 + 42) % 3, sampler(8, 42).positive(7, 0, 3));
    assertEquals((7 + 42 + 1) % 3, sampler(8, 42).positive(7, 1, 3));
    assertEquals(0, sampler(8, 42).positive(7, 5, 1));
    assertEquals(2, sampler(8, -8).positive(7, 0, 3), "also below zero");
  }

  @Test
  void withoutRotationItIsTheFirst() {
    ExampleSampler first = new ExampleSampler(3, 42, false, false);
    for (int epoch = 0; epoch < 5; epoch++) {
      assertEquals(0, first.positive(9, epoch, 4));
      assertArrayEquals(new int[] {0, 1}, first.negatives(9, epoch, 5));
    }
  }

  @Test
  void eachNegativeIsSeenOnceBeforeAnyIsSeenAgain() {
    for (int i = 0; i < 300; i++) {
      int wanted = 1 + RANDOM.nextInt(9);
      int pool = wanted + RANDOM.nextInt(40);
      ExampleSampler sampler = sampler(wanted + 1, RANDOM.nextLong());
      long row = RANDOM.nextInt(1_000_000);
      int[] seen = new int[pool];
      // After this many epochs the windows have gone round the pool a whole number of times.
      for (int epoch = 0; epoch < pool; epoch++) {
        int[] window = sampler.negatives(row, epoch, pool);
        assertEquals(wanted, Arrays.stream(window).distinct().count(), "no repeats in a window");
        Arrays.stream(window).forEach(n -> seen[n]++);
        int least = Arrays.stream(seen).min().getAsInt();
        int most = Arrays.stream(seen).max().getAsInt();
        assertTrue(most - least <= 1, "epoch " + epoch + ": " + Arrays.toString(seen));
      }
    }
  }

  @Test
  void theWindowMovesByItsLengthAndGoesRound() {
    ExampleSampler sampler = sampler(4, 42);
    int[] order = sampler(8, 42).negatives(5, 0, 7); // the whole pool as it is shuffled
    assertArrayEquals(Arrays.copyOf(order, 3), sampler.negatives(5, 0, 7));
    assertArrayEquals(Arrays.copyOfRange(order, 3, 6), sampler.negatives(5, 1, 7));
    assertArrayEquals(new int[] {order[6], order[0], order[1]}, sampler.negatives(5, 2, 7));
    assertArrayEquals(Arrays.copyOfRange(order, 2, 5), sampler.negatives(5, 3, 7));
  }

  @Test
  void rowAndSeedDecideTheOrderTogether() {
    assertArrayEquals(sampler(8, 42).negatives(5, 0, 30), sampler(8, 42).negatives(5, 0, 30));
    assertArrayEquals(sampler(8, 43).negatives(4, 0, 30), sampler(8, 42).negatives(5, 0, 30));
    assertFalse(
        Arrays.equals(sampler(8, 42).negatives(6, 0, 30), sampler(8, 42).negatives(5, 0, 30)));
  }

  @Test
  void tooSmallAPoolIsDrawnFromWithRepeats() {
    Map<Integer, Integer> counts = new HashMap<>();
    ExampleSampler sampler = sampler(8, 42);
    for (int epoch = 0; epoch < 3000; epoch++) {
      int[] drawn = sampler.negatives(5, epoch, 3);
      assertEquals(7, drawn.length);
      assertArrayEquals(drawn, sampler.negatives(5, epoch, 3), "the same each time");
      Arrays.stream(drawn).forEach(n -> counts.merge(n, 1, Integer::sum));
    }
    assertEquals(3, counts.size());
    // 7,000 each, standard deviation 68.
    counts.values().forEach(count -> assertEquals(7000, count, 400));
    assertNotEquals(
        Arrays.toString(sampler.negatives(5, 0, 3)), Arrays.toString(sampler.negatives(5, 1, 3)));
  }

  @Test
  void onePassageIsThePositiveAlone() {
    assertEquals(0, sampler(1, 42).negatives(5, 0, 0).length);
  }

  @Test
  void ordersArePermutationsAllAlikeLikely() {
    int[] first = new int[6];
    for (int seed = 0; seed < 6000; seed++) {
      int[] order = Shuffle.of(6, seed);
      assertArrayEquals(IntStream.range(0, 6).toArray(), Arrays.stream(order).sorted().toArray());
      first[order[0]]++;
    }
    // 1,000 each, standard deviation 29.
    Arrays.stream(first).forEach(count -> assertEquals(1000, count, 160));
  }
}

package org.javatron.train;

import java.util.Random;
import org.javatron.kernels.DropoutRule;

/**
 * Which passages of a row are used in an epoch, as a function of nothing but numbers.
 *
 * <pre>
 * h = row + seed                       positive = positives[(h + epoch) mod their number]
 * n = passages - 1 negatives: the pool is shuffled once and for all by h and read in windows,
 * epoch 0 takes the first n, epoch 1 the next n, ..., going round at the end
 * </pre>
 *
 * <p>So each negative is seen once before any is seen again. A pool smaller than n is drawn from
 * with repeats. Source: Tevatron's {@code TrainDataset.__getitem__}, whose shuffle is Python's;
 * ours differs in which order it gives, not in the rule.
 *
 * @param passages of a query: one positive, the others negatives; at least 1
 * @param seed of the training
 * @param rotatePositives false to take the first positive always
 * @param shuffleNegatives false to take the first n negatives always
 */
record ExampleSampler(int passages, long seed, boolean rotatePositives, boolean shuffleNegatives) {

  /** The place of the positive in a row's list of so many. */
  int positive(long row, long epoch, int positives) {
    return rotatePositives ? (int) Math.floorMod(row + seed + epoch, (long) positives) : 0;
  }

  /**
   * The places of the negatives in a row's list of so many, which is not empty unless no negatives
   * are wanted.
   */
  int[] negatives(long row, long epoch, int pool) {
    int wanted = passages - 1;
    int[] chosen = new int[wanted];
    if (wanted == 0) {
      return chosen;
    }
    long own = DropoutRule.mix64(row + seed);
    if (pool < wanted) {
      Random random = new Random(DropoutRule.mix64(own + epoch));
      for (int i = 0; i < wanted; i++) {
        chosen[i] = random.nextInt(pool);
      }
      return chosen;
    }
    int[] order = shuffleNegatives ? Shuffle.of(pool, own) : Shuffle.none(pool);
    int offset = shuffleNegatives ? (int) (epoch * wanted % pool) : 0;
    for (int i = 0; i < wanted; i++) {
      chosen[i] = order[(offset + i) % pool];
    }
    return chosen;
  }
}

package org.javatron.mine;

import it.unimi.dsi.fastutil.HashCommon;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.javatron.data.TextRecord;
import org.javatron.data.TextStore;

/**
 * Draws a query's negatives: so many of its candidates, each equally likely, as by shuffling them
 * and taking the first.
 *
 * <p>The random numbers are those of SplitMix64, begun at a hash of seed and query id. A query's
 * draw hence depends on the seed, its id and its candidates, not on other queries or on the order
 * of work.
 *
 * @param passages candidates that are not among them are passed over
 * @param count how many to draw
 * @param seed another seed gives other draws
 */
record NegativeSampler(TextStore passages, int count, long seed) {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  /** The drawn passages; all of them, in the order given, if there are not more than asked for. */
  List<TextRecord> draw(String queryId, List<String> candidates, RowReport report)
      throws IOException {
    List<TextRecord> drawn = new ArrayList<>(Math.min(count, candidates.size()));
    String[] pool = candidates.toArray(String[]::new);
    boolean shuffle = pool.length > count;
    long state = HashCommon.murmurHash3(seed ^ HashCommon.murmurHash3((long) queryId.hashCode()));
    for (int i = 0; i < pool.length && drawn.size() < count; i++) {
      if (shuffle) {
        state += GOLDEN_GAMMA;
        int other = i + below(pool.length - i, HashCommon.murmurHash3(state));
        String taken = pool[other];
        pool[other] = pool[i];
        pool[i] = taken;
      }
      TextRecord passage = passages.get(pool[i]);
      if (passage == null) {
        report.count(Finding.NEGATIVE_NOT_IN_CORPUS, pool[i]);
      } else {
        drawn.add(passage);
      }
    }
    return drawn;
  }

  /** From 0 to bound - 1; the bias is below bound / 2^31. */
  private static int below(int bound, long random) {
    return (int) ((random >>> 33) * bound >>> 31);
  }
}

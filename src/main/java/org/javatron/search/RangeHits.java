package org.javatron.search;

import java.util.Arrays;

/**
 * Keeps every passage whose canonical score reaches a threshold. What the scan's scores cannot
 * exclude is scored at once, so only hits are held: 8 bytes each, doubled as they grow.
 */
final class RangeHits implements Collector {
  private static final int FIRST = 64;

  private final float threshold;
  private long[] keys = new long[FIRST];
  private int size;

  /** Collects scores of {@code threshold} or more. */
  RangeHits(float threshold) {
    this.threshold = threshold;
  }

  @Override
  public void clear() {
    size = 0;
  }

  @Override
  public double bound() {
    return threshold;
  }

  @Override
  public synchronized void offer(
      float[] scores, int[] positions, int count, int base, double margin, CanonicalScores exact) {
    if (keys.length - size < count) {
      keys = Arrays.copyOf(keys, Math.max(2 * keys.length, size + count));
    }
    for (int i = 0; i < count; i++) {
      keys[size + i] = SortKey.of(scores[positions[i]], base + positions[i]);
    }
    exact.rescore(keys, size, size + count);
    int end = size + count;
    for (int i = size; i < end; i++) {
      if (SortKey.score(keys[i]) >= threshold) {
        keys[size++] = keys[i];
      }
    }
  }

  /** Nothing is left to be scored. */
  @Override
  public int settle() {
    return 0;
  }

  @Override
  public long[] pending() {
    return keys;
  }

  @Override
  public int firstPending() {
    return 0;
  }

  @Override
  public Hits hits() {
    return SortKey.hits(keys, size);
  }
}

package org.javatron.train;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Keeps a random sample of a stream whose length nobody knows, each item with the same chance, in
 * memory for the sample alone.
 *
 * <p>Source: Vitter, Random Sampling with a Reservoir (1985), algorithm R.
 *
 * @param <T> what is sampled
 */
final class Reservoir<T> {
  private final int capacity;
  private final SplittableRandom random;
  private final List<T> items = new ArrayList<>();
  private long seen;

  /**
   * An empty sample.
   *
   * @param capacity most items to keep, 0 or more
   * @param seed decides which
   */
  Reservoir(int capacity, long seed) {
    this.capacity = capacity;
    this.random = new SplittableRandom(seed);
  }

  /** Offers the stream's next item, which is only made if it is kept, for now at least. */
  void offer(Supplier<T> item) {
    seen++;
    if (items.size() < capacity) {
      items.add(item.get());
      return;
    }
    long place = random.nextLong(seen);
    if (place < capacity) {
      items.set((int) place, item.get());
    }
  }

  /** How many items were offered. */
  long seen() {
    return seen;
  }

  /** The sample, in no particular order. */
  List<T> items() {
    return items;
  }
}

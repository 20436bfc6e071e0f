package org.javatron.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Which buffer each activation lives in, so that few serve many: an activation's buffer is free
 * again after the last op that reads it. BERT's layers end up taking turns in four buffers.
 */
final class BufferPlan {
  private final List<Long> capacities = new ArrayList<>();
  private final List<Integer> free = new ArrayList<>();

  /** Takes a buffer for so many values: a free one of about the size, else a new one. */
  int take(long length) {
    int best = -1;
    for (int buffer : free) {
      long capacity = capacities.get(buffer);
      boolean fits = capacity >= length && capacity <= 2 * length;
      if (fits && (best < 0 || capacity < capacities.get(best))) {
        best = buffer;
      }
    }
    if (best < 0) {
      best = largestSmaller(length);
    }
    if (best < 0) {
      capacities.add(length);
      return capacities.size() - 1;
    }
    free.remove((Integer) best);
    capacities.set(best, Math.max(length, capacities.get(best)));
    return best;
  }

  /** A free buffer worth enlarging rather than making a new one: at least half as long. */
  private int largestSmaller(long length) {
    int best = -1;
    for (int buffer : free) {
      long capacity = capacities.get(buffer);
      boolean close = capacity < length && 2 * capacity >= length;
      if (close && (best < 0 || capacity > capacities.get(best))) {
        best = buffer;
      }
    }
    return best;
  }

  /** Gives a buffer back. */
  void release(int buffer) {
    free.add(buffer);
  }

  /** How long each buffer must be, in values. */
  List<Long> capacities() {
    return capacities;
  }
}

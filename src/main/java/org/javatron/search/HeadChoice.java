package org.javatron.search;

/**
 * Chooses, for one thread and some queries, the head by which they are compared with the next tile:
 * the one that costs least by what heads have left of late. At the start of a search, when the
 * bound is low and heads exclude little, that is the whole vector; later a shorter and shorter one.
 * Now and then a tile is compared by another head, first by the one that is expected to be good,
 * later by the next shorter one, to see what it would leave: every fourth while that pays, else
 * ever more seldom.
 */
final class HeadChoice {
  private static final int SOON = 4;
  private static final int LATE = 32;

  /** What was seen last counts half if it were so many comparisons. */
  private static final double HALF = 8192;

  /**
   * What heads cost, in any unit; the last head is the whole vector.
   *
   * @param scan for each, to compare a passage by it
   * @param look for each but the last, to look again at a passage that it leaves
   * @param stepwise whether a second look ends with the next longer head, and what that leaves is
   *     looked at once more; otherwise it ends with the whole vector
   */
  record Costs(double[] scan, double[] look, boolean stepwise) {
    /** What comparing by a head costs, if heads leave these shares of the passages. */
    double of(int head, double[] left) {
      double cost = scan[head];
      int last = scan.length - 1;
      for (int j = head; j < (stepwise ? last : Math.min(last, head + 1)); j++) {
        cost += left[j] * look[j];
      }
      return cost;
    }

    /** The head that costs least. */
    int best(double[] left) {
      int best = 0;
      for (int head = 1; head < scan.length; head++) {
        best = of(head, left) < of(best, left) ? head : best;
      }
      return best;
    }
  }

  private final Costs costs;
  private final int first;
  private final int whole;
  private final double[] left; // which share of the passages each head leaves
  private final long[] counts;
  private long compared;
  private final boolean[] known; // whether a head was tried
  private int current;
  private int wait = SOON;
  private int tiles;
  private boolean trial;

  /**
   * Begins with the whole vector.
   *
   * @param first the head that is tried first
   */
  HeadChoice(Costs costs, int first) {
    this.costs = costs;
    this.first = first;
    whole = costs.scan.length - 1;
    left = new double[whole + 1];
    counts = new long[whole + 1];
    known = new boolean[whole + 1];
    known[whole] = true;
    current = whole;
  }

  /** The head of the next tile. */
  int next() {
    if (compared > 0 && current < whole) {
      learn();
    }
    compared = 0;
    int best = best();
    trial = best > 0 && ++tiles % wait == 0;
    current = !trial ? best : best == whole ? first : best - 1;
    return current;
  }

  private void learn() {
    double recent = compared / (compared + HALF);
    for (int j = current; j < (costs.stepwise ? whole : current + 1); j++) {
      double share = (double) counts[j] / compared;
      left[j] = known[j] ? left[j] + recent * (share - left[j]) : share;
      known[j] = true;
      counts[j] = 0;
    }
    if (trial) {
      wait = best() > current ? Math.min(LATE, 2 * wait) : SOON;
    }
  }

  /** The head of least cost, of those that were tried. */
  private int best() {
    int best = whole;
    for (int head = whole - 1; head >= 0; head--) {
      if (known[head] && costs.of(head, left) < costs.of(best, left)) {
        best = head;
      }
    }
    return best;
  }

  /** A query was compared with so many passages by the current head. */
  void compared(int rows) {
    compared += rows;
  }

  /** So many of them could not be excluded by this head, the current one or a longer. */
  void left(int head, int rows) {
    counts[head] += rows;
  }
}

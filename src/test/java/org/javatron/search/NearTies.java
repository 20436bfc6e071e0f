package org.javatron.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Compares two rankings of float32 scores whose sums were rounded in different orders.
 *
 * <p>The rule: at each rank the two scores agree within the tolerance (relative to the larger of 1
 * and the score), a passage that both found has agreeing scores in both, and one that only one side
 * found has a score that agrees with the other side's last: it lost its place to a near tie.
 */
final class NearTies {
  private NearTies() {}

  /** Fails unless the rankings agree; returns how many ranks hold different passages. */
  static int requireSame(int[] ordinals, float[] scores, Hits found, double tolerance) {
    assertEquals(ordinals.length, found.size());
    Map<Integer, Float> theirs = new HashMap<>();
    for (int i = 0; i < ordinals.length; i++) {
      theirs.put(ordinals[i], scores[i]);
    }
    Set<Integer> ours = new HashSet<>();
    int different = 0;
    for (int i = 0; i < found.size(); i++) {
      requireClose(scores[i], found.scores()[i], tolerance, "rank " + i);
      int ordinal = found.ordinals()[i];
      assertTrue(ours.add(ordinal), "passage " + ordinal + " twice");
      float last = scores[scores.length - 1];
      requireClose(
          theirs.getOrDefault(ordinal, last), found.scores()[i], tolerance, "passage " + ordinal);
      different += ordinal == ordinals[i] ? 0 : 1;
    }
    return different;
  }

  private static void requireClose(double expected, double actual, double tolerance, String what) {
    assertEquals(expected, actual, tolerance * Math.max(1, Math.abs(expected)), what);
  }
}

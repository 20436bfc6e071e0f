package org.javatron.data;

import java.util.List;

/**
 * The passages that a run gives for one query, best first.
 *
 * <p>Equality is that of records: the arrays count by identity.
 *
 * @param queryId the query
 * @param passageIds its passages, each once
 * @param scores their scores, finite; 1 / rank where the run's format has none
 * @param ranks their places from 1, ascending; a MARCO run may leave places out
 */
public record RankedList(String queryId, List<String> passageIds, double[] scores, int[] ranks) {
  /**
   * How many passages there are.
   *
   * @return their number
   */
  public int size() {
    return ranks.length;
  }
}

package org.javatron.eval;

/**
 * How early the first relevant passage comes: 1 / its rank, 0 if it is not among the first {@code
 * depth}. Its mean over the queries is MRR; MRR@10 is the main figure of MS MARCO.
 *
 * @param depth how many places count
 * @param level the smallest judgement that counts as relevant
 */
public record ReciprocalRank(int depth, int level) implements Metric {
  @Override
  public String name() {
    return Metric.name("mrr", depth);
  }

  @Override
  public double of(JudgedRanking ranking) {
    int[] ranks = ranking.ranks();
    for (int i = 0; i < ranks.length && ranks[i] <= depth; i++) {
      if (ranking.grades()[i] >= level) {
        return 1.0 / ranks[i];
      }
    }
    return 0;
  }
}

package org.javatron.eval;

/**
 * Whether any relevant passage is among the first {@code depth}: 1 or 0. Its mean is the share of
 * queries that were answered at all; question answering calls it top-k accuracy.
 *
 * @param depth how many places count
 * @param level the smallest judgement that counts as relevant
 */
public record Success(int depth, int level) implements Metric {
  @Override
  public String name() {
    return Metric.name("success", depth);
  }

  @Override
  public double of(JudgedRanking ranking) {
    return ranking.relevantRetrieved(depth, level) > 0 ? 1 : 0;
  }
}

package org.javatron.eval;

/**
 * Which share of the first {@code depth} places holds a relevant passage: found / depth, also where
 * the run gives fewer passages than that.
 *
 * @param depth how many places count
 * @param level the smallest judgement that counts as relevant
 */
public record Precision(int depth, int level) implements Metric {
  @Override
  public String name() {
    return Metric.name("precision", depth);
  }

  @Override
  public double of(JudgedRanking ranking) {
    return (double) ranking.relevantRetrieved(depth, level) / depth;
  }
}

package org.javatron.eval;

/**
 * Which share of a query's relevant passages is among the first {@code depth}: found / relevant.
 * Recall@1000 says what a reranker behind the retriever could reach at best.
 *
 * @param depth how many places count
 * @param level the smallest judgement that counts as relevant
 */
public record Recall(int depth, int level) implements Metric {
  @Override
  public String name() {
    return Metric.name("recall", depth);
  }

  @Override
  public double of(JudgedRanking ranking) {
    int relevant = ranking.relevant(level);
    return relevant == 0 ? 0 : (double) ranking.relevantRetrieved(depth, level) / relevant;
  }
}

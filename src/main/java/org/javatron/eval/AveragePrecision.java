package org.javatron.eval;

/**
 * The precision at each relevant passage's rank, summed and divided by the number of relevant
 * passages: 1 only if they all stand before everything else. Its mean over the queries is MAP.
 *
 * <p>AP = (sum over relevant passages at ranks r &lt;= depth of found(r) / r) / relevant, where
 * found(r) counts the relevant ones up to r. As in trec_eval's map_cut, a depth does not lower the
 * divisor.
 *
 * @param depth how many places count
 * @param level the smallest judgement that counts as relevant
 */
public record AveragePrecision(int depth, int level) implements Metric {
  @Override
  public String name() {
    return Metric.name("map", depth);
  }

  @Override
  public double of(JudgedRanking ranking) {
    int[] ranks = ranking.ranks();
    int found = 0;
    double sum = 0;
    for (int i = 0; i < ranks.length && ranks[i] <= depth; i++) {
      if (ranking.grades()[i] >= level) {
        found++;
        sum += (double) found / ranks[i];
      }
    }
    int relevant = ranking.relevant(level);
    return relevant == 0 ? 0 : sum / relevant;
  }
}

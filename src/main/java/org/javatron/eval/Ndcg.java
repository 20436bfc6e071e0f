package org.javatron.eval;

/**
 * Normalised discounted cumulative gain: rewards very relevant passages more than somewhat relevant
 * ones, and early ones more than late ones; 1 is the best possible order.
 *
 * <p>DCG = sum over ranks r &lt;= depth of grade(r) / log2(r + 1), and nDCG = DCG / DCG of the
 * judged passages in their best order. The gain is the judgement itself, as trec_eval's ndcg_cut
 * has it (others use 2^grade - 1); judgements below 0 count 0. The relevance level does not matter
 * here.
 *
 * <p>Source: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS
 * 2002.
 *
 * @param depth how many places count
 */
public record Ndcg(int depth) implements Metric {
  @Override
  public String name() {
    return Metric.name("ndcg", depth);
  }

  @Override
  public double of(JudgedRanking ranking) {
    int[] ideal = ranking.ideal();
    double best = 0;
    for (int i = 0; i < ideal.length && i < depth; i++) {
      best += discounted(ideal[i], i + 1);
    }
    int[] ranks = ranking.ranks();
    double sum = 0;
    for (int i = 0; i < ranks.length && ranks[i] <= depth; i++) {
      sum += discounted(ranking.grades()[i], ranks[i]);
    }
    return best == 0 ? 0 : sum / best;
  }

  private static double discounted(int grade, int rank) {
    return grade * Math.log(2) / Math.log(rank + 1.0);
  }
}

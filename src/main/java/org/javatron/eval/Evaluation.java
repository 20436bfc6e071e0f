package org.javatron.eval;

import it.unimi.dsi.fastutil.objects.Object2IntLinkedOpenHashMap;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.javatron.data.Qrels;
import org.javatron.data.RankedList;
import org.javatron.data.RunReader;

/**
 * The figures of a run against judgements, over all queries and for each.
 *
 * <p>Means are over the queries that have judgements, as in the MS MARCO script: one that the run
 * does not answer counts 0. With {@code onlyRetrieved}, as in trec_eval without {@code -c}, such a
 * query does not count. Queries of the run that nobody judged never count.
 *
 * <p>Memory: one number for each judged query and metric, and one query of the run at a time.
 */
public final class Evaluation {
  private final List<Metric> metrics;
  private final Object2IntLinkedOpenHashMap<String> rows = new Object2IntLinkedOpenHashMap<>();
  private final double[][] values;
  private final boolean[] retrieved;
  private final boolean onlyRetrieved;
  private final int depth;
  private int queriesInRun;
  private int unjudged;
  private int shallow;
  private int withoutRelevant;
  private long ties;

  private Evaluation(List<Metric> metrics, Qrels qrels, boolean onlyRetrieved, int level) {
    this.metrics = List.copyOf(metrics);
    this.onlyRetrieved = onlyRetrieved;
    rows.defaultReturnValue(-1);
    for (String query : qrels.queryIds()) {
      rows.put(query, rows.size());
      boolean any = qrels.of(query).values().intStream().anyMatch(grade -> grade >= level);
      withoutRelevant += any ? 0 : 1;
    }
    values = new double[rows.size()][metrics.size()];
    retrieved = new boolean[rows.size()];
    depth = metrics.stream().mapToInt(Metric::depth).filter(d -> d != Metric.UNCUT).max().orElse(0);
  }

  /**
   * Scores a run.
   *
   * @param run the run, before its first query; read to its end, not closed
   * @param qrels the judgements
   * @param metrics what to compute, at least one
   * @param level the relevance level of the metrics, to count the queries that have nothing
   *     relevant
   * @param onlyRetrieved whether queries that the run does not answer are left out of the means
   * @return the figures
   * @throws IOException if the run cannot be read or is not as it must be
   */
  public static Evaluation of(
      RunReader run, Qrels qrels, List<Metric> metrics, int level, boolean onlyRetrieved)
      throws IOException {
    Evaluation evaluation = new Evaluation(metrics, qrels, onlyRetrieved, level);
    for (RankedList ranking = run.next(); ranking != null; ranking = run.next()) {
      evaluation.add(ranking, qrels);
    }
    return evaluation;
  }

  private void add(RankedList ranking, Qrels qrels) {
    queriesInRun++;
    int row = rows.getInt(ranking.queryId());
    if (row < 0) {
      unjudged++;
      return;
    }
    retrieved[row] = true;
    shallow += ranking.size() < depth ? 1 : 0;
    ties += ties(ranking.scores());
    JudgedRanking judged = JudgedRanking.of(ranking, qrels.of(ranking.queryId()));
    for (int m = 0; m < metrics.size(); m++) {
      values[row][m] = metrics.get(m).of(judged);
    }
  }

  private static int ties(double[] scores) {
    int count = 0;
    for (int i = 1; i < scores.length; i++) {
      count += (float) scores[i] == (float) scores[i - 1] ? 1 : 0;
    }
    return count;
  }

  /**
   * The metrics, in the order they were asked for.
   *
   * @return the metrics
   */
  public List<Metric> metrics() {
    return metrics;
  }

  /**
   * The judged queries that count, in the order of the judgements.
   *
   * @return their ids
   */
  public List<String> queryIds() {
    return rows.keySet().stream().filter(q -> !onlyRetrieved || retrieved[rows.getInt(q)]).toList();
  }

  /**
   * The figures of one query.
   *
   * @param queryId a judged query
   * @return one number for each metric, all 0 if the run does not answer the query
   * @throws IllegalArgumentException if the query has no judgements
   */
  public double[] of(String queryId) {
    int row = rows.getInt(queryId);
    if (row < 0) {
      throw new IllegalArgumentException("query " + queryId + " has no judgements");
    }
    return values[row].clone();
  }

  /**
   * The run's figures: each metric's mean over the queries that count.
   *
   * @return one number for each metric, 0 if no query counts
   */
  public double[] means() {
    double[] sums = new double[metrics.size()];
    for (double[] row : values) {
      Arrays.setAll(sums, m -> sums[m] + row[m]);
    }
    int n = queries();
    Arrays.setAll(sums, m -> n == 0 ? 0 : sums[m] / n);
    return sums;
  }

  /**
   * How many queries the means are over.
   *
   * @return the denominator
   */
  public int queries() {
    return onlyRetrieved ? rows.size() - unanswered() : rows.size();
  }

  /**
   * How many queries the run has.
   *
   * @return their number, judged or not
   */
  public int queriesInRun() {
    return queriesInRun;
  }

  /**
   * How many queries of the run nobody judged.
   *
   * @return their number; they count nowhere
   */
  public int unjudged() {
    return unjudged;
  }

  /**
   * How many judged queries the run does not answer.
   *
   * @return their number
   */
  public int unanswered() {
    int count = 0;
    for (boolean r : retrieved) {
      count += r ? 0 : 1;
    }
    return count;
  }

  /**
   * How many judged queries have no relevant passage at the level asked for.
   *
   * @return their number; they count 0
   */
  public int withoutRelevant() {
    return withoutRelevant;
  }

  /**
   * The greatest depth among the metrics.
   *
   * @return the depth, 0 if all are uncut
   */
  public int depth() {
    return depth;
  }

  /**
   * How many judged queries the run answers with fewer passages than {@link #depth}.
   *
   * @return their number
   */
  public int shallow() {
    return shallow;
  }

  /**
   * How many passages of judged queries have the score, as a 32-bit float, of the one before them:
   * where they are many, the figures depend on the {@link org.javatron.data.TieRule}.
   *
   * @return their number
   */
  public long ties() {
    return ties;
  }
}

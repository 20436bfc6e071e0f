package org.javatron.eval;

/**
 * A figure for how well one query was answered; a run's figure is the mean over its queries.
 *
 * <p>All metrics here lie between 0 and 1, and are 0 for a query without a relevant passage.
 */
public interface Metric {
  /** The depth of a metric that looks at the whole ranking. */
  int UNCUT = Integer.MAX_VALUE;

  /**
   * The name it is asked for by, as {@code mrr@10}.
   *
   * @return the name, in lower case, with the depth unless it is {@link #UNCUT}
   */
  String name();

  /**
   * How many places it looks at.
   *
   * @return the depth, at least 1
   */
  int depth();

  /**
   * Scores one query.
   *
   * @param ranking where its relevant passages stand
   * @return the figure, from 0 to 1
   */
  double of(JudgedRanking ranking);

  /**
   * A name with its depth.
   *
   * @param base the name without depth
   * @param depth the depth, or {@link #UNCUT}
   * @return {@code base@depth}, or the base alone if uncut
   */
  static String name(String base, int depth) {
    return depth == UNCUT ? base : base + "@" + depth;
  }
}

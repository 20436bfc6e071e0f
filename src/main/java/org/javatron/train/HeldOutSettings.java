package org.javatron.train;

import java.nio.file.Path;
import java.util.List;

/**
 * What {@link HeldOutEvaluation} reads, and how much of it.
 *
 * @param queries the queries' file
 * @param qrels the judgements' file
 * @param corpus files or folders of one corpus, in order
 * @param sample most queries to ask, 1 or more; those with a relevant passage are drawn from
 * @param passages most passages to search, 0 for all; passages judged for the sample are there
 *     whatever this says, others are drawn at random
 * @param seed decides what is drawn; the same seed and files give the same sample
 * @param queryMaxLength most tokens of a query, {@code [CLS]} and {@code [SEP]} included
 * @param passageMaxLength most tokens of a passage, the same
 * @param separator what joins title and text of a passage
 * @param threads how many threads search, 1 or more
 */
public record HeldOutSettings(
    Path queries,
    Path qrels,
    List<Path> corpus,
    int sample,
    int passages,
    long seed,
    int queryMaxLength,
    int passageMaxLength,
    String separator,
    int threads) {
  /** Queries asked where nothing else is said: the figure's standard error is then about 0.02. */
  public static final int DEFAULT_SAMPLE = 500;

  /** Passages searched where nothing else is said: minutes of a BERT-base on two cores. */
  public static final int DEFAULT_PASSAGES = 5000;

  /**
   * Checks the numbers.
   *
   * @param queries the queries' file
   * @param qrels the judgements' file
   * @param corpus files or folders of one corpus
   * @param sample most queries to ask
   * @param passages most passages to search, 0 for all
   * @param seed decides what is drawn
   * @param queryMaxLength most tokens of a query
   * @param passageMaxLength most tokens of a passage
   * @param separator what joins title and text
   * @param threads how many threads search
   */
  public HeldOutSettings {
    corpus = List.copyOf(corpus);
    if (sample < 1 || passages < 0) {
      throw new IllegalArgumentException(
          "a sample of at least 1 query and 0 passages is needed, got " + sample + ", " + passages);
    }
  }
}

package org.javatron.search;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import org.javatron.embeddings.Vectors;
import org.javatron.io.Progress;

/**
 * Search as it is defined, with nothing done for speed: every passage scored by {@link Metric}'s
 * definition, and all passages sorted. The oracle of the tests and the place to read first.
 *
 * <p>Cost for each query: {@code N * dim} multiplications and a sort of N. Memory: N scores.
 * Thread-safe.
 */
public final class ReferenceSearcher implements Searcher {
  private final Vectors passages;
  private final Metric metric;

  /**
   * A searcher by inner product.
   *
   * @param passages float32 [N, dim], finite
   */
  public ReferenceSearcher(Vectors passages) {
    this(passages, Metric.INNER_PRODUCT);
  }

  /**
   * A searcher over these passages.
   *
   * @param passages float32 [N, dim], finite
   * @param metric what orders them
   */
  public ReferenceSearcher(Vectors passages, Metric metric) {
    this.passages = passages;
    this.metric = metric;
  }

  @Override
  public void search(Vectors queries, int depth, Progress progress, Results results)
      throws IOException {
    Checks.arguments(passages, queries, depth);
    float[] query = new float[queries.dim()];
    for (long q = 0; q < queries.rows(); q++) {
      queries.read(q, 1, query, 0);
      Checks.finite(queries, q, query, query.length);
      results.accept(q, best(scores(queries.id(q), query), depth));
      progress.step(passages.rows());
    }
  }

  private float[] scores(String queryId, float[] query) throws IOException {
    float[] scores = new float[(int) passages.rows()];
    float[] passage = new float[passages.dim()];
    for (int p = 0; p < scores.length; p++) {
      passages.read(p, 1, passage, 0);
      scores[p] = metric.score(query, passage, 0, passage.length);
      if (!Float.isFinite(scores[p])) {
        Checks.finite(passages, p);
        throw Checks.notFinite(scores[p], queryId, passages.id(p));
      }
    }
    return scores;
  }

  private static Hits best(float[] scores, int depth) {
    Integer[] order = new Integer[scores.length];
    Arrays.setAll(order, i -> i);
    // A stable sort: equal scores stay in the order of their ordinals.
    Arrays.sort(order, Comparator.comparing((Integer p) -> -(double) scores[p]));
    int size = Math.min(depth, scores.length);
    int[] ordinals = new int[size];
    float[] best = new float[size];
    for (int i = 0; i < size; i++) {
      ordinals[i] = order[i];
      best[i] = scores[order[i]];
    }
    return new Hits(ordinals, best);
  }
}

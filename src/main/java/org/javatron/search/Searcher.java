package org.javatron.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.javatron.embeddings.Vectors;
import org.javatron.io.Progress;

/**
 * Finds for each query the passages with the greatest score, all of them compared. Unless a
 * searcher was told another {@link Metric}, the score is the inner product {@code sum_i query[i] *
 * passage[i]}.
 *
 * <p>Order: score descending, then ordinal ascending. Scores and order have the same bits whatever
 * the threads, tiles, shards, processors or GPU. Vectors are used as they are, not normalised: with
 * vectors of length 1 the inner product is their cosine.
 */
public interface Searcher {
  /** Takes results as they are ready, one query at a time, in the queries' order. */
  @FunctionalInterface
  interface Results {
    /**
     * Takes one query's passages.
     *
     * @param query the query's row
     * @param hits its passages
     * @throws IOException if they cannot be written; ends the search
     */
    void accept(long query, Hits hits) throws IOException;
  }

  /**
   * Searches for every query.
   *
   * @param queries float32 [Q, dim], finite
   * @param depth passages for each query, 1 or more; more than there are gives all of them
   * @param progress counts passages compared, once for each pass over them
   * @param results gets each query's passages
   * @throws IOException if a query or a score is not finite (the message names the id), memory does
   *     not suffice, or {@code results} fails
   * @throws IllegalArgumentException if the dimensions differ or the depth is below 1
   */
  void search(Vectors queries, int depth, Progress progress, Results results) throws IOException;

  /**
   * Searches for few queries and keeps their results.
   *
   * @param queries float32 [Q, dim], finite
   * @param depth passages for each query, 1 or more
   * @return Q results, in the queries' order
   * @throws IOException as {@link #search(Vectors, int, Progress, Results)}
   */
  default List<Hits> search(Vectors queries, int depth) throws IOException {
    List<Hits> all = new ArrayList<>();
    search(queries, depth, Progress.none(), (query, hits) -> all.add(hits));
    return all;
  }
}

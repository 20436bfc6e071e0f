package org.javatron.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.javatron.data.RunWriter;
import org.javatron.embeddings.Vectors;
import org.javatron.io.InputException;
import org.javatron.io.Progress;

/** From rows to ids: what a searcher finds, query by query, written as a run or given to others. */
public final class RunOfSearch {
  private RunOfSearch() {}

  /** Takes one query's passages by their ids. */
  @FunctionalInterface
  public interface Results {
    /**
     * Takes one query's passages.
     *
     * @param queryId the query
     * @param passageIds its passages, best first
     * @param scores their scores, in the same order
     * @throws IOException if they cannot be written; ends the search
     */
    void accept(String queryId, List<String> passageIds, float[] scores) throws IOException;
  }

  /**
   * Searches and writes the run, which the caller commits.
   *
   * @param searcher searches {@code passages}
   * @param passages where the ids come from
   * @param queries what is searched for
   * @param depth passages for each query, 1 or more
   * @param run gets the queries in their order
   * @param progress counts passages compared
   * @return how many lines were written
   * @throws IOException as {@link #forEach}, or if the run cannot be written
   */
  public static long write(
      Searcher searcher,
      Vectors passages,
      Vectors queries,
      int depth,
      RunWriter run,
      Progress progress)
      throws IOException {
    long[] lines = new long[1];
    forEach(
        searcher,
        passages,
        queries,
        depth,
        progress,
        (queryId, passageIds, scores) -> {
          run.write(queryId, passageIds, scores);
          lines[0] += passageIds.size();
        });
    return lines[0];
  }

  /**
   * Searches and gives each query's passages by their ids. Ids found twice are refused, since
   * nothing means anything on such a run: of queries any, of passages those of one query's list.
   *
   * @param searcher searches {@code passages}
   * @param passages where the ids come from
   * @param queries what is searched for
   * @param depth passages for each query, 1 or more
   * @param progress counts passages compared
   * @param results gets the queries in their order
   * @throws IOException as {@link Searcher#search(Vectors, int, Progress, Searcher.Results)}, or if
   *     an id comes twice
   */
  public static void forEach(
      Searcher searcher,
      Vectors passages,
      Vectors queries,
      int depth,
      Progress progress,
      Results results)
      throws IOException {
    Set<String> queryIds = new HashSet<>();
    searcher.search(
        queries,
        depth,
        progress,
        (query, hits) -> {
          String queryId = queries.id(query);
          if (!queryIds.add(queryId)) {
            throw new InputException("the query id \"" + queryId + "\" comes twice");
          }
          results.accept(queryId, ids(passages, hits), hits.scores());
        });
  }

  private static List<String> ids(Vectors passages, Hits hits) throws IOException {
    List<String> ids = new ArrayList<>(hits.size());
    for (int ordinal : hits.ordinals()) {
      ids.add(passages.id(ordinal));
    }
    Set<String> different = new HashSet<>(hits.size() * 2);
    for (int i = 0; i < ids.size(); i++) {
      if (!different.add(ids.get(i))) {
        int first = ids.indexOf(ids.get(i));
        throw new InputException(
            String.format(
                "the passage id \"%s\" comes twice, in rows %d and %d",
                ids.get(i), hits.ordinals()[first], hits.ordinals()[i]));
      }
    }
    return ids;
  }
}

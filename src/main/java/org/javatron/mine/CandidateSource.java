package org.javatron.mine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.javatron.data.Negatives;
import org.javatron.data.NegativesReader;
import org.javatron.data.Qrels;
import org.javatron.data.RankedList;
import org.javatron.data.RunFormat;
import org.javatron.data.RunReader;
import org.javatron.data.TieRule;
import org.javatron.embeddings.Vectors;
import org.javatron.io.Progress;
import org.javatron.search.RunOfSearch;
import org.javatron.search.Searcher;

/** Where the negatives of queries come from; relevant passages may still be among them. */
public interface CandidateSource {
  /** Takes queries with their candidates one after another. */
  @FunctionalInterface
  interface Sink {
    /**
     * Takes a query.
     *
     * @param candidates its candidates, in the order of their source
     * @throws IOException if they cannot be processed; ends the reading
     */
    void accept(Negatives candidates) throws IOException;
  }

  /**
   * Gives all queries, in the source's order.
   *
   * @param sink takes them
   * @throws IOException if the source cannot be read, or the sink throws
   */
  void forEach(Sink sink) throws IOException;

  /**
   * Every judged query without any candidate, for training with in-batch negatives alone.
   *
   * @param qrels names the queries
   * @return the source
   */
  static CandidateSource none(Qrels qrels) {
    return sink -> {
      for (String query : qrels.queryIds()) {
        sink.accept(new Negatives(query, List.of()));
      }
    };
  }

  /**
   * A negatives file or triples.
   *
   * @param file as {@link NegativesReader} reads it
   * @return the source
   */
  static CandidateSource file(Path file) {
    return sink -> {
      try (NegativesReader reader = NegativesReader.open(file)) {
        for (Negatives next = reader.next(); next != null; next = reader.next()) {
          sink.accept(next);
        }
      }
    };
  }

  /**
   * The passages of a run, best first.
   *
   * @param run as {@link RunReader} reads it
   * @param format its format, or null to tell it by content
   * @return the source
   */
  static CandidateSource run(Path run, RunFormat format) {
    return sink -> {
      try (RunReader reader = RunReader.open(run, format, TieRule.FILE)) {
        for (RankedList next = reader.next(); next != null; next = reader.next()) {
          sink.accept(new Negatives(next.queryId(), next.passageIds()));
        }
      }
    };
  }

  /**
   * What a search finds, best first.
   *
   * @param searcher searches {@code passages}
   * @param passages where the passages' ids come from
   * @param queries the queries' vectors and ids
   * @param depth passages for each query, 1 or more
   * @param progress opened when the search begins; counts passages compared
   * @return the source
   */
  static CandidateSource search(
      Searcher searcher,
      Vectors passages,
      Vectors queries,
      int depth,
      Supplier<Progress> progress) {
    return sink -> {
      try (Progress shown = progress.get()) {
        RunOfSearch.forEach(
            searcher,
            passages,
            queries,
            depth,
            shown,
            (queryId, passageIds, scores) -> sink.accept(new Negatives(queryId, passageIds)));
      }
    };
  }
}

package org.javatron.search;

import java.io.Closeable;
import java.io.IOException;

/** A searcher that says what it will need, and holds threads or a GPU until it is closed. */
public interface PlannedSearcher extends Searcher, Closeable {
  /**
   * What a search would need.
   *
   * @param queries how many queries
   * @param depth passages for each, 1 or more
   * @return the block of queries that the memory allows, and the bytes
   * @throws IOException if the memory does not suffice for one query
   */
  SearchPlan plan(long queries, int depth) throws IOException;

  /** Ends its threads and gives back its memory; the vectors stay open. */
  @Override
  void close();
}

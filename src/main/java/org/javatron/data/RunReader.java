package org.javatron.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.javatron.io.InputException;

/**
 * Reads a run query by query, each query's passages in order, best first.
 *
 * <p>A TREC file has six columns parted by any blanks (more words at the end belong to the tag;
 * lines that start with {@code #} are comments). Of three columns, the last is taken for MS MARCO's
 * rank if it counts 1, 2, 3, ... within every query, and for Tevatron's score if any value is not a
 * whole number or the values never rise within a query; a file that is neither needs the format
 * said.
 *
 * <p>The file is read twice: first to learn its layout. Memory: one query, where the lines of each
 * query stand together; otherwise the whole run, about 200 bytes a line. Not thread-safe.
 */
public final class RunReader implements Closeable {
  private final RunLayout layout;
  private final TieRule ties;
  private final Table table;
  private RankedListBuilder open;
  private Iterator<RankedListBuilder> whole;

  private RunReader(RunLayout layout, TieRule ties, Table table) {
    this.layout = layout;
    this.ties = ties;
    this.table = table;
  }

  /**
   * Opens a run.
   *
   * @param path the file, gzip-compressed or not
   * @param format its format, or null to tell it by content
   * @param ties how passages with equal scores are ordered; a MARCO run has ranks and no ties
   * @return the reader, before the first query; the caller closes it
   * @throws IOException if the file cannot be read, is empty, or is not a run of that format
   */
  public static RunReader open(Path path, RunFormat format, TieRule ties) throws IOException {
    RunLayout layout = RunLayout.of(path, format);
    return new RunReader(layout, ties, new Table(path, layout.blanks()));
  }

  /**
   * The run's format.
   *
   * @return what the caller said, or what the content showed
   */
  public RunFormat format() {
    return layout.format();
  }

  /**
   * Reads the next query.
   *
   * @return its passages in order, or null at the end
   * @throws IOException if the file cannot be read; a line has too few columns or a score that is
   *     no finite number; a passage or a rank comes twice for one query
   */
  public RankedList next() throws IOException {
    if (!layout.grouped()) {
      if (whole == null) {
        whole = readWhole();
      }
      return whole.hasNext() ? ordered(whole.next()) : null;
    }
    while (nextLine()) {
      String query = table.id(0);
      RankedListBuilder done = open;
      boolean sameQuery = done != null && done.queryId().equals(query);
      if (!sameQuery) {
        open = new RankedListBuilder(query);
      }
      addLine(open);
      if (!sameQuery && done != null) {
        return ordered(done);
      }
    }
    RankedListBuilder done = open;
    open = null;
    return done == null ? null : ordered(done);
  }

  private Iterator<RankedListBuilder> readWhole() throws IOException {
    Map<String, RankedListBuilder> queries = new LinkedHashMap<>();
    while (nextLine()) {
      addLine(queries.computeIfAbsent(table.id(0), RankedListBuilder::new));
    }
    return queries.values().iterator();
  }

  private boolean nextLine() throws IOException {
    boolean found = table.next();
    while (found && layout.format() == RunFormat.TREC && table.isComment()) {
      found = table.next();
    }
    return found;
  }

  private void addLine(RankedListBuilder query) throws InputException {
    boolean trec = layout.format() == RunFormat.TREC;
    if (trec ? table.columns() < 6 : table.columns() != 3) {
      throw table.error(
          "expected %s columns, found %d"
              .formatted(
                  trec ? "six (query, Q0, passage, rank, score, tag)" : "three", table.columns()));
    }
    switch (layout.format()) {
      case TREC -> query.add(table.id(2), table.finite(4, "score"), table);
      case TEVATRON -> query.add(table.id(1), table.finite(2, "score"), table);
      case MARCO -> query.add(table.id(1), rank(), table);
    }
  }

  private int rank() throws InputException {
    int rank = table.integer(2, "rank");
    if (rank < 1) {
      throw table.error("expected a rank from 1 up, found " + rank);
    }
    return rank;
  }

  private RankedList ordered(RankedListBuilder query) throws InputException {
    return layout.format() == RunFormat.MARCO ? query.byRank() : query.byScore(ties);
  }

  @Override
  public void close() throws IOException {
    table.close();
  }
}

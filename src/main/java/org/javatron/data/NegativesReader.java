package org.javatron.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.javatron.io.InputException;

/**
 * Reads negatives query by query, in either form:
 *
 * <ul>
 *   <li>a negatives file as the coCondenser tutorial makes: {@code qid\tpid,pid,...};
 *   <li>MS MARCO's qidpidtriples: {@code qid\tpositive pid\tnegative pid}, of which the positive is
 *       not looked at; lines of one query that follow each other are one list.
 * </ul>
 *
 * <p>Memory: one query. Not thread-safe.
 */
public final class NegativesReader implements Closeable {
  private final Table table;
  private final boolean triples;
  private boolean ahead;

  private NegativesReader(Table table, boolean triples) {
    this.table = table;
    this.triples = triples;
  }

  /**
   * Opens a file; its first line tells which form it has.
   *
   * @param path the file, gzip-compressed or not
   * @return the reader, before the first query; the caller closes it
   * @throws IOException if the file cannot be read or has neither form
   */
  public static NegativesReader open(Path path) throws IOException {
    int columns = TableShape.of(path).tabColumns();
    if (columns != 2 && columns != 3) {
      throw new InputException(
          "%s: expected negatives (query, tab, passages parted by commas) or triples (query, positive, negative), found %s"
              .formatted(
                  path,
                  columns == 0
                      ? "no line"
                      : columns + (columns == 1 ? " column" : " columns") + " in the first line"));
    }
    return new NegativesReader(new Table(path), columns == 3);
  }

  /**
   * Reads the next query.
   *
   * @return its negatives, or null at the end
   * @throws IOException if the file cannot be read or a line is not as the first one
   */
  public Negatives next() throws IOException {
    if (!ahead && !table.next()) {
      return null;
    }
    check();
    String query = table.id(0);
    List<String> passages = new ArrayList<>();
    if (!triples) {
      split(table.get(1), passages);
      return new Negatives(query, passages);
    }
    do {
      passages.add(table.id(2));
      ahead = table.next();
      if (ahead) {
        check();
      }
    } while (ahead && table.id(0).equals(query));
    return new Negatives(query, passages);
  }

  private void check() throws InputException {
    int expected = triples ? 3 : 2;
    if (table.columns() != expected) {
      throw table.error(
          "expected %d tab-separated columns as in the first line, found %d"
              .formatted(expected, table.columns()));
    }
  }

  private void split(String list, List<String> passages) throws InputException {
    for (int start = 0; start <= list.length() && !list.isEmpty(); ) {
      int comma = list.indexOf(',', start);
      int end = comma < 0 ? list.length() : comma;
      if (end == start) {
        throw table.error(
            "expected passage ids parted by commas, found an empty one after %d characters of the list"
                .formatted(start));
      }
      passages.add(list.substring(start, end));
      start = end + 1;
    }
  }

  @Override
  public void close() throws IOException {
    table.close();
  }
}

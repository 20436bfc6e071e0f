package org.javatron.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.javatron.io.InputException;

/**
 * A tab-separated file as the collections come: no quoting, no escapes, no comments, so that a
 * field that starts with a quotation mark survives. Lines end with LF or CRLF; empty lines are
 * skipped; a CR elsewhere ends a line too, and is reported by the columns that are then missing.
 */
final class Table implements Closeable {
  private static final CSVFormat FORMAT =
      CSVFormat.newFormat('\t').builder().setIgnoreEmptyLines(true).get();

  private final Path path;
  private final CSVParser parser;
  private final Iterator<CSVRecord> rows;
  private CSVRecord row;

  Table(Path path) throws IOException {
    this.path = path;
    this.parser = CSVParser.builder().setReader(new Utf8Lines(path)).setFormat(FORMAT).get();
    this.rows = parser.iterator();
  }

  /** Reads the next row; false at the file's end. */
  boolean next() throws IOException {
    try {
      row = rows.hasNext() ? rows.next() : null;
      return row != null;
    } catch (java.io.UncheckedIOException e) {
      throw e.getCause();
    }
  }

  int columns() {
    return row.size();
  }

  String get(int column) {
    return row.get(column);
  }

  /** The row's first field, which is an id. */
  String id() throws InputException {
    if (row.get(0).isEmpty()) {
      throw error("expected an id in the first column, found none");
    }
    return row.get(0);
  }

  /** An error at the current row. */
  InputException error(String message) {
    return new InputException(position() + ": " + message);
  }

  String position() {
    return path + ":" + parser.getCurrentLineNumber();
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}

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
 * skipped.
 */
final class Table implements Closeable {
  private static final CSVFormat FORMAT =
      CSVFormat.newFormat('\t').builder().setIgnoreEmptyLines(true).get();

  private final Path path;
  private final CSVParser parser;
  private final Iterator<CSVRecord> rows;
  private CSVRecord row;

  Table(Path path) throws IOException {
    this(path, false);
  }

  /** With blanksAreTabs, columns are parted by any run of spaces and tabs, as in TREC's files. */
  Table(Path path, boolean blanksAreTabs) throws IOException {
    this.path = path;
    Utf8Lines lines = new Utf8Lines(path, Utf8Lines.MAX_LINE_BYTES, blanksAreTabs);
    this.parser = CSVParser.builder().setReader(lines).setFormat(FORMAT).get();
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

  /** A field that is an id. */
  String id(int column) throws InputException {
    String id = row.get(column);
    if (id.isEmpty()) {
      throw error("expected an id in column " + (column + 1) + ", found none");
    }
    return id;
  }

  /** A comment line, as trec_eval's files may have them. */
  boolean isComment() {
    return row.get(0).startsWith("#");
  }

  int integer(int column, String what) throws InputException {
    String field = row.get(column).strip();
    try {
      return Integer.parseInt(field);
    } catch (NumberFormatException e) {
      throw new InputException(
          "%s: expected a whole number as the %s, found \"%s\"".formatted(position(), what, field),
          e);
    }
  }

  double finite(int column, String what) throws InputException {
    String field = row.get(column).strip();
    double value;
    try {
      value = Double.parseDouble(field);
    } catch (NumberFormatException e) {
      throw new InputException(
          "%s: expected a number as the %s, found \"%s\"".formatted(position(), what, field), e);
    }
    if (!Double.isFinite(value)) {
      throw error("expected a finite number as the %s, found %s".formatted(what, field));
    }
    return value;
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

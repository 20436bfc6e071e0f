package org.javatron.data;

import it.unimi.dsi.fastutil.objects.Object2DoubleOpenHashMap;
import java.io.IOException;
import java.nio.file.Path;
import org.javatron.io.InputException;

/**
 * What a first pass over a run finds out: its format, and whether the lines of each query stand
 * together, so that the second pass can hold one query at a time.
 */
record RunLayout(RunFormat format, boolean blanks, boolean grouped) {
  /** Looks through the run; a format other than null is what the user says it is. */
  static RunLayout of(Path path, RunFormat said) throws IOException {
    TableShape shape = TableShape.of(path);
    boolean three = shape.tabColumns() == 3 || shape.tabColumns() == 1 && shape.blankColumns() == 3;
    boolean trec = !three && shape.blankColumns() >= 6;
    if (!three && !trec || said != null && trec != (said == RunFormat.TREC)) {
      throw new InputException(
          "%s: expected %s, found %s"
              .formatted(
                  path,
                  said == RunFormat.TREC
                      ? "a run of six columns (query, Q0, passage, rank, score, tag)"
                      : said != null
                          ? "a run of three columns (query, passage, score or rank)"
                          : "a run of three columns (query, passage, score or rank) or TREC's six",
                  shape.blankColumns() == 0
                      ? "no line"
                      : shape.blankColumns() + " columns in the first line"));
    }
    boolean blanks = trec || shape.tabColumns() != 3;
    try (Table table = new Table(path, blanks)) {
      Scan scan = new Scan(table, trec || said != null);
      while (table.next()) {
        if (!(trec && table.isComment())) {
          scan.line();
        }
      }
      RunFormat format = trec ? RunFormat.TREC : said != null ? said : scan.scoreOrRank(path);
      return new RunLayout(format, blanks, scan.grouped);
    }
  }

  /** One pass over the lines, holding the last value of each query. */
  private static final class Scan {
    private final Table table;
    private final boolean formatKnown;
    private final Object2DoubleOpenHashMap<String> finished = new Object2DoubleOpenHashMap<>();
    private String query;
    private double last;
    private boolean grouped = true;
    private boolean whole = true;
    private boolean countsUp = true;
    private boolean neverRises = true;

    Scan(Table table, boolean formatKnown) {
      this.table = table;
      this.formatKnown = formatKnown;
      finished.defaultReturnValue(Double.NaN);
    }

    void line() throws InputException {
      String id = table.id(0);
      if (!id.equals(query)) {
        if (query != null) {
          finished.put(query, last);
        }
        query = id;
        last = finished.getDouble(id);
        grouped &= Double.isNaN(last);
      }
      if (formatKnown || table.columns() != 3) {
        last = 0; // any number: only whether the query was seen matters
        return;
      }
      String field = table.get(2);
      whole &= field.chars().allMatch(c -> c >= '0' && c <= '9');
      double value = table.finite(2, "score or rank");
      countsUp &= value == (Double.isNaN(last) ? 1 : last + 1);
      neverRises &= !(value > last);
      last = value;
    }

    /** Of three columns, whether the last is Tevatron's score or MS MARCO's rank. */
    RunFormat scoreOrRank(Path path) throws InputException {
      if (whole && countsUp) {
        return RunFormat.MARCO;
      }
      if (!whole || neverRises) {
        return RunFormat.TEVATRON;
      }
      throw new InputException(
          path
              + ": expected scores with the best first or ranks that count from 1, found whole numbers"
              + " that are neither; say which they are with --run-format");
    }
  }
}

package org.javatron.data;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.javatron.io.AtomicFile;

/**
 * Writes a run query by query; the file appears under its name only with {@link #commit}.
 *
 * <p>Scores are written with as many digits as make them read back exactly. A name that ends in
 * {@code .gz} gives a gzip file. Memory does not grow with the run. Not thread-safe.
 */
public final class RunWriter implements Closeable {
  /** The tag in a TREC run's last column, unless another is given. */
  public static final String DEFAULT_TAG = "javatron";

  private final RunFormat format;
  private final String tag;
  private final AtomicFile file;
  private final GZIPOutputStream gzip;
  private final CSVPrinter printer;

  private RunWriter(RunFormat format, String tag, AtomicFile file, GZIPOutputStream gzip)
      throws IOException {
    this.format = format;
    this.tag = tag;
    this.file = file;
    this.gzip = gzip;
    OutputStream bytes = gzip == null ? file.stream() : gzip;
    Writer text =
        new BufferedWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8), 1 << 16);
    char delimiter = format == RunFormat.TREC ? ' ' : '\t';
    this.printer =
        new CSVPrinter(
            text, CSVFormat.newFormat(delimiter).builder().setRecordSeparator('\n').get());
  }

  /**
   * Opens a run to be written, with the default tag.
   *
   * @param path where it will stand; missing folders are made, an old file is replaced at the end
   * @param format how it is written
   * @return the writer, to be committed and closed by the caller
   * @throws IOException if the folder cannot be made or written
   */
  public static RunWriter create(Path path, RunFormat format) throws IOException {
    return create(path, format, DEFAULT_TAG);
  }

  /**
   * Opens a run to be written.
   *
   * @param path where it will stand; missing folders are made, an old file is replaced at the end
   * @param format how it is written
   * @param tag the name of the run in TREC's last column, without white space
   * @return the writer, to be committed and closed by the caller
   * @throws IOException if the folder cannot be made or written
   * @throws IllegalArgumentException if the tag is empty or has white space
   */
  public static RunWriter create(Path path, RunFormat format, String tag) throws IOException {
    check("run tag", tag, RunFormat.TREC);
    AtomicFile file = AtomicFile.create(path);
    try {
      boolean compressed = path.getFileName().toString().endsWith(".gz");
      GZIPOutputStream gzip = compressed ? new GZIPOutputStream(file.stream(), 1 << 16) : null;
      return new RunWriter(format, tag, file, gzip);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Writes one query's passages.
   *
   * @param queryId the query
   * @param passageIds its passages, best first; may be empty
   * @param scores their scores, finite, in the same order
   * @throws IOException if the disk is full or the file cannot be written
   * @throws IllegalArgumentException if the lengths differ, a score is not finite, or an id is
   *     empty or has a character that ends a column of this format
   */
  public void write(String queryId, List<String> passageIds, float[] scores) throws IOException {
    checkLengths(queryId, passageIds.size(), scores.length);
    write(queryId, passageIds, i -> finite(scores[i], queryId) ? Float.toString(scores[i]) : "");
  }

  /**
   * Writes one query's passages with scores of double precision, as read from another run.
   *
   * @param queryId the query
   * @param passageIds its passages, best first; may be empty
   * @param scores their scores, finite, in the same order
   * @throws IOException if the disk is full or the file cannot be written
   * @throws IllegalArgumentException if the lengths differ, a score is not finite, or an id is
   *     empty or has a character that ends a column of this format
   */
  public void write(String queryId, List<String> passageIds, double[] scores) throws IOException {
    checkLengths(queryId, passageIds.size(), scores.length);
    write(queryId, passageIds, i -> finite(scores[i], queryId) ? Double.toString(scores[i]) : "");
  }

  private void write(String queryId, List<String> passageIds, IntFunction<String> scores)
      throws IOException {
    check("query id", queryId, format);
    for (int i = 0; i < passageIds.size(); i++) {
      String passageId = passageIds.get(i);
      check("passage id", passageId, format);
      String score = scores.apply(i);
      switch (format) {
        case TEVATRON -> printer.printRecord(queryId, passageId, score);
        case MARCO -> printer.printRecord(queryId, passageId, i + 1);
        case TREC -> printer.printRecord(queryId, "Q0", passageId, i + 1, score, tag);
      }
    }
  }

  /**
   * Makes the file appear under its name.
   *
   * @throws IOException if the bytes cannot be forced to disk or the file not renamed
   */
  public void commit() throws IOException {
    printer.flush();
    if (gzip != null) {
      gzip.finish();
    }
    file.commit();
  }

  /** Closes the file; without {@link #commit} before, nothing of it is left. */
  @Override
  public void close() throws IOException {
    file.close();
  }

  private static void checkLengths(String queryId, int ids, int scores) {
    if (ids != scores) {
      throw new IllegalArgumentException(
          "query %s has %d passages but %d scores".formatted(queryId, ids, scores));
    }
  }

  private static boolean finite(double score, String queryId) {
    if (!Double.isFinite(score)) {
      throw new IllegalArgumentException(
          "query %s has the score %s; a run's scores are finite".formatted(queryId, score));
    }
    return true;
  }

  private static void check(String what, String id, RunFormat format) {
    boolean bad = id.isEmpty();
    for (int i = 0; i < id.length() && !bad; i++) {
      char c = id.charAt(i);
      bad = c == '\t' || c == '\n' || c == '\r' || format == RunFormat.TREC && c <= ' ';
    }
    if (bad) {
      throw new IllegalArgumentException(
          "the %s \"%s\" cannot be written in a %s run, where %s ends a column"
              .formatted(what, id, format, format == RunFormat.TREC ? "white space" : "a tab"));
    }
  }
}

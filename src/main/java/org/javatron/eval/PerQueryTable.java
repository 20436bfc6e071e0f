package org.javatron.eval;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.javatron.io.AtomicFile;

/** The figures of each query as a tab-separated table, to compare two runs query by query. */
public final class PerQueryTable {
  private static final CSVFormat FORMAT =
      CSVFormat.newFormat('\t').builder().setRecordSeparator('\n').get();

  private PerQueryTable() {}

  /**
   * Writes a header, {@code query} and the metrics' names, and a line for each query that counts,
   * in the order of the judgements. The file appears whole or not at all.
   *
   * @param evaluation the figures
   * @param path where to write; missing folders are made
   * @throws IOException if it cannot be written
   */
  public static void write(Evaluation evaluation, Path path) throws IOException {
    try (AtomicFile file = AtomicFile.create(path)) {
      var text = new BufferedWriter(new OutputStreamWriter(file.stream(), StandardCharsets.UTF_8));
      CSVPrinter table = new CSVPrinter(text, FORMAT);
      table.print("query");
      for (Metric metric : evaluation.metrics()) {
        table.print(metric.name());
      }
      table.println();
      for (String query : evaluation.queryIds()) {
        table.print(query);
        for (double value : evaluation.of(query)) {
          table.print(value);
        }
        table.println();
      }
      table.flush();
      file.commit();
    }
  }
}

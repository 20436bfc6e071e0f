package org.javatron.mine;

import java.util.List;
import org.javatron.data.TextRecord;

/** How a training row is written, one JSON object a line. */
public sealed interface RowForm permits TokenRow, TextRow {
  /**
   * Appends a row and its line end.
   *
   * @param query the query
   * @param positives its relevant passages, at least one
   * @param negatives its negatives
   * @param out takes the line, all ASCII
   */
  void append(
      TextRecord query, List<TextRecord> positives, List<TextRecord> negatives, StringBuilder out);
}

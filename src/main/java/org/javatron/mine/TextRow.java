package org.javatron.mine;

import java.util.List;
import org.javatron.data.PythonJson;
import org.javatron.data.TextRecord;

/**
 * Texts as they are, passages with their titles before them: {@code {"query_id": "7", "query":
 * "what", "positives": ["..."], "negatives": ["...", ...]}}.
 *
 * @param separator what joins title and text
 */
public record TextRow(String separator) implements RowForm {
  @Override
  public void append(
      TextRecord query, List<TextRecord> positives, List<TextRecord> negatives, StringBuilder out) {
    out.append("{\"query_id\": ");
    PythonJson.string(query.id(), out);
    out.append(", \"query\": ");
    PythonJson.string(text(query), out);
    out.append(", \"positives\": ");
    list(positives, out);
    out.append(", \"negatives\": ");
    list(negatives, out);
    out.append("}\n");
  }

  private void list(List<TextRecord> passages, StringBuilder out) {
    out.append('[');
    for (int i = 0; i < passages.size(); i++) {
      out.append(i == 0 ? "" : ", ");
      PythonJson.string(text(passages.get(i)), out);
    }
    out.append(']');
  }

  private String text(TextRecord record) {
    if (record.tokens() != null) {
      throw new IllegalArgumentException(
          "the record %s holds token ids, but rows of text need texts".formatted(record.id()));
    }
    return record.joined(separator);
  }
}

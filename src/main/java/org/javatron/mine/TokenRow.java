package org.javatron.mine;

import java.util.List;
import org.javatron.data.PythonJson;
import org.javatron.data.TextRecord;
import org.javatron.tokenize.BertTokenizer;
import org.javatron.tokenize.TokenBuffer;

/**
 * Token ids without {@code [CLS]} and {@code [SEP]}, to the byte as Tevatron's build_train.py
 * writes them: {@code {"query": [2054], "positives": [[...]], "negatives": [[...], ...]}}.
 *
 * <p>Tevatron's scripts cut queries at the passages' length; with equal lengths the bytes are
 * theirs.
 *
 * @param tokenizer for texts; records that hold tokens already are only cut
 * @param separator what joins title and text
 * @param queryTokens most ids of a query; the right end goes
 * @param passageTokens most ids of a passage
 */
public record TokenRow(
    BertTokenizer tokenizer, String separator, int queryTokens, int passageTokens)
    implements RowForm {
  @Override
  public void append(
      TextRecord query, List<TextRecord> positives, List<TextRecord> negatives, StringBuilder out) {
    TokenBuffer buffer = new TokenBuffer();
    out.append("{\"query\": ");
    ids(query, queryTokens, buffer, out);
    out.append(", \"positives\": ");
    list(positives, buffer, out);
    out.append(", \"negatives\": ");
    list(negatives, buffer, out);
    out.append("}\n");
  }

  private void list(List<TextRecord> passages, TokenBuffer buffer, StringBuilder out) {
    out.append('[');
    for (int i = 0; i < passages.size(); i++) {
      out.append(i == 0 ? "" : ", ");
      ids(passages.get(i), passageTokens, buffer, out);
    }
    out.append(']');
  }

  private void ids(TextRecord record, int most, TokenBuffer buffer, StringBuilder out) {
    buffer.clear();
    if (record.tokens() == null) {
      tokenizer.tokens(record.joined(separator), most, buffer);
    } else {
      buffer.append(record.tokens(), most);
    }
    PythonJson.ids(buffer, out);
  }
}

package org.javatron.search;

import java.io.IOException;
import org.javatron.embeddings.Vectors;
import org.javatron.io.InputException;

/** What every searcher refuses. */
final class Checks {
  private Checks() {}

  static void arguments(Vectors passages, Vectors queries, int depth) throws InputException {
    if (depth < 1) {
      throw new IllegalArgumentException("the depth must be at least 1, got " + depth);
    }
    if (queries.dim() != passages.dim()) {
      throw new IllegalArgumentException(
          String.format(
              "the queries have %d dimensions but the passages have %d",
              queries.dim(), passages.dim()));
    }
    if (passages.rows() > Integer.MAX_VALUE - 8) {
      throw new InputException(
          passages.rows() + " passages are more than one search takes (2147483639)");
    }
  }

  /** Rows read from {@code first} on must be numbers. */
  static void finite(Vectors queries, long first, float[] values, int length) throws IOException {
    for (int i = 0; i < length; i++) {
      if (!Float.isFinite(values[i])) {
        long row = first + i / queries.dim();
        throw new InputException(
            String.format(
                "query \"%s\" (row %d) has %s in dimension %d, expected a finite value",
                queries.id(row), row, values[i], i % queries.dim()));
      }
    }
  }

  static InputException notFinite(float score, String query, String passage) {
    return new InputException(
        String.format(
            "the score of query \"%s\" and passage \"%s\" is %s, expected a finite number",
            query, passage, score));
  }
}

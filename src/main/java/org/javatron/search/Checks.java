package org.javatron.search;

import java.io.IOException;
import org.javatron.embeddings.RowChecks;
import org.javatron.embeddings.Vectors;
import org.javatron.io.InputException;

/** What every searcher refuses. */
public final class Checks {
  private Checks() {}

  /**
   * Checks what a search is asked for.
   *
   * @param passages what is searched
   * @param queries what is searched for
   * @param depth passages for each query
   * @throws InputException if there are more passages than ordinals
   * @throws IllegalArgumentException if the dimensions differ or the depth is below 1
   */
  public static void arguments(Vectors passages, Vectors queries, int depth) throws InputException {
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

  /**
   * Checks that no id comes twice. Reads all ids; 8 bytes for each while it does.
   *
   * @param vectors whose ids
   * @throws IOException if the ids cannot be read or one comes twice; the message names it and both
   *     rows
   */
  public static void differentIds(Vectors vectors) throws IOException {
    if (vectors.rows() > Integer.MAX_VALUE - 8) {
      throw new InputException(vectors.rows() + " ids are more than can be compared (2147483639)");
    }
    new IdLookup(vectors);
  }

  /**
   * Checks that queries' values are numbers.
   *
   * @param queries where they come from
   * @param first the row of the first value
   * @param values the rows from there on
   * @param length how many values
   * @throws IOException if one is not finite; the message names the query
   */
  public static void finite(Vectors queries, long first, float[] values, int length)
      throws IOException {
    RowChecks.finite("query", queries, first, values, length);
  }

  /**
   * Checks that a passage's values are numbers.
   *
   * @param passages where they come from
   * @param row which passage
   * @throws IOException if one is not finite; the message names the passage
   */
  public static void finite(Vectors passages, long row) throws IOException {
    float[] values = new float[passages.dim()];
    passages.read(row, 1, values, 0);
    RowChecks.finite("passage", passages, row, values, values.length);
  }

  /**
   * What is said of a score that is no number.
   *
   * @param score NaN or an infinity
   * @param query the query's id
   * @param passage the passage's id
   * @return the error to throw
   */
  public static InputException notFinite(float score, String query, String passage) {
    return new InputException(
        String.format(
            "the score of query \"%s\" and passage \"%s\" is %s, expected a finite number",
            query, passage, score));
  }
}

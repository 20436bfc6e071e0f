package org.javatron.embeddings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.javatron.io.InputException;

/** What no folder of embeddings may hold, refused before anything of a chunk is written. */
public final class RowChecks {
  private RowChecks() {}

  /** The ids as the file of ids has them; {@code first} is the row of the first. */
  static byte[] lines(List<String> rowIds, long first) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < rowIds.size(); i++) {
      String id = rowIds.get(i);
      if (id.isEmpty() || id.chars().anyMatch(c -> c == '\t' || c == '\n' || c == '\r')) {
        throw new InputException(
            String.format(
                "the id of row %d is %s, expected a text without tabs and line breaks",
                first + i, id.isEmpty() ? "empty" : "\"" + id.replaceAll("\\s", " ") + "\""));
      }
      lines.append(id).append('\n');
    }
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(lines));
      return Arrays.copyOf(bytes.array(), bytes.limit());
    } catch (CharacterCodingException e) {
      throw new InputException(
          "an id among rows " + first + " to " + (first + rowIds.size()) + " is not valid Unicode",
          e);
    }
  }

  /** Every value must be finite, also once it is stored. */
  static void values(float[] vectors, List<String> rowIds, long first, EmbeddingsHeader header)
      throws InputException {
    boolean half = header.type() == EmbeddingType.FLOAT16;
    for (int i = 0; i < vectors.length; i++) {
      float value = vectors[i];
      boolean tooLarge = half && Math.abs(value) >= Half.OVERFLOW;
      if (!Float.isFinite(value) || tooLarge) {
        throw new InputException(
            String.format(
                "the embedding of \"%s\" (row %d) has %s in dimension %d, expected a %s value",
                rowIds.get(i / header.dim()),
                first + i / header.dim(),
                value,
                i % header.dim(),
                tooLarge && Float.isFinite(value) ? "float16 (at most 65504)" : "finite"));
      }
    }
  }

  /**
   * Checks that values are numbers.
   *
   * @param what how the message calls a vector, such as "query"
   * @param vectors where the values come from
   * @param first the row of the first value
   * @param values the rows from there on
   * @param length how many values
   * @throws IOException if one is not finite; the message names the vector
   */
  public static void finite(String what, Vectors vectors, long first, float[] values, int length)
      throws IOException {
    for (int i = 0; i < length; i++) {
      if (!Float.isFinite(values[i])) {
        long row = first + i / vectors.dim();
        throw new InputException(
            String.format(
                "%s \"%s\" (row %d) has %s in dimension %d, expected a finite value",
                what, vectors.id(row), row, values[i], i % vectors.dim()));
      }
    }
  }
}

package org.javatron.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.javatron.io.InputException;

/**
 * Reads documents cut into spans, one {@code {"spans": ["...", "..."]}} a line: the input of
 * coCondenser's pre-training. Gzip-compressed or not; other fields are skipped.
 *
 * <p>Memory: one document. Not thread-safe; the caller closes it.
 */
public final class SpansReader implements Closeable {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Utf8Lines.MAX_LINE_BYTES).build())
          .build();

  private final Utf8Lines lines;

  private SpansReader(Path file) throws IOException {
    lines = new Utf8Lines(file);
  }

  /**
   * Opens a file.
   *
   * @param file the JSON lines
   * @return the reader, before the first document
   * @throws IOException if there is no such file
   */
  public static SpansReader open(Path file) throws IOException {
    return new SpansReader(file);
  }

  /** Whether a file's first line is a document with spans. */
  static boolean isSpans(Path file) throws IOException {
    try (SpansReader reader = new SpansReader(file)) {
      return reader.lines.next() && reader.lines.chars()[0] == '{' && reader.spans() != null;
    } catch (JsonProcessingException e) {
      return false; // whoever reads the file says what is wrong with it
    }
  }

  /**
   * Reads the next document.
   *
   * @return its spans in their order, empty ones left out; null at the end
   * @throws IOException if the file cannot be read or a line is not as it must be; the message
   *     names file and line
   */
  public List<String> next() throws IOException {
    if (!lines.next()) {
      return null;
    }
    try {
      List<String> spans = spans();
      if (spans == null) {
        throw new InputException(
            position() + ": expected an object with \"spans\", an array of strings, found none");
      }
      return spans;
    } catch (JsonProcessingException e) {
      throw new InputException(
          "%s: expected a JSON object, found something else at column %d (%s)"
              .formatted(position(), e.getLocation().getColumnNr(), e.getOriginalMessage()),
          e);
    }
  }

  /** The line's spans, or null if it has none. */
  private List<String> spans() throws IOException {
    List<String> spans = null;
    try (JsonParser json = JSON.createParser(lines.chars(), 0, lines.length())) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        if (!field.equals("spans") || value != JsonToken.START_ARRAY) {
          json.skipChildren();
          continue;
        }
        spans = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          if (json.currentToken() != JsonToken.VALUE_STRING) {
            return null;
          }
          if (!json.getText().isBlank()) {
            spans.add(json.getText());
          }
        }
      }
      if (json.nextToken() != null) {
        throw new InputException(position() + ": expected one JSON object a line, found more");
      }
    }
    return spans;
  }

  /**
   * The number of the line last read.
   *
   * @return from 1
   */
  public long line() {
    return lines.number();
  }

  /**
   * Where the document last read stands, for messages about it.
   *
   * @return file and line, as {@code articles.jsonl:17}
   */
  public String position() {
    return lines.position();
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}

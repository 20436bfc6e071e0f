package org.javatron.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.javatron.io.InputException;

/**
 * One JSON object a line: BEIR ({@code _id}, {@code title}, {@code text}), Tevatron ({@code docid},
 * {@code title}, {@code text}; {@code query_id}, {@code query}), Anserini ({@code id}, {@code
 * contents}) and Tevatron's tokenised form ({@code text_id}, {@code text} an array of ids). Other
 * fields are skipped.
 */
final class JsonCorpusReader implements CorpusReader {
  // In order of precedence, should a record have several.
  private static final List<String> ID_FIELDS =
      List.of("_id", "docid", "query_id", "text_id", "id");
  private static final List<String> TEXT_FIELDS = List.of("text", "query", "contents");
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Utf8Lines.MAX_LINE_BYTES).build())
          .build();

  private final Utf8Lines lines;
  private int[] buffer = new int[128];

  // The record being read: its best id and text field so far.
  private int idRank;
  private int textRank;
  private String id;
  private String title;
  private String text;
  private int[] tokens;

  JsonCorpusReader(Path path) throws IOException {
    lines = new Utf8Lines(path);
  }

  @Override
  public TextRecord next() throws IOException {
    if (!lines.next()) {
      return null;
    }
    idRank = ID_FIELDS.size();
    textRank = TEXT_FIELDS.size();
    id = null;
    title = null;
    text = null;
    tokens = null;
    try (JsonParser json = JSON.createParser(lines.chars(), 0, lines.length())) {
      readObject(json);
    } catch (JsonProcessingException e) {
      throw new InputException(
          "%s: expected a JSON object, found something else at column %d (%s)"
              .formatted(position(), e.getLocation().getColumnNr(), e.getOriginalMessage()),
          e);
    }
    if (id == null) {
      throw error("expected an id under one of " + ID_FIELDS + ", found none");
    }
    if (id.isEmpty()) {
      throw error("expected an id, found an empty string");
    }
    if (text == null && tokens == null) {
      throw error("expected a text under one of " + TEXT_FIELDS + ", found none");
    }
    return new TextRecord(id, title, text, tokens);
  }

  private void readObject(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw error("expected a JSON object, found " + describe(json));
    }
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      json.nextToken();
      int idField = ID_FIELDS.indexOf(field);
      int textField = TEXT_FIELDS.indexOf(field);
      if (idField >= 0) {
        if (idField < idRank) {
          idRank = idField;
          id = readId(json, field);
        } else {
          json.skipChildren();
        }
      } else if (textField >= 0) {
        if (textField < textRank) {
          textRank = textField;
          readText(json, field);
        } else {
          json.skipChildren();
        }
      } else if (field.equals("title")) {
        if (json.currentToken() != JsonToken.VALUE_NULL) {
          title = readString(json, field);
        }
      } else {
        json.skipChildren();
      }
    }
    if (json.nextToken() != null) {
      throw error("expected one JSON object a line, found more after it");
    }
  }

  private String readId(JsonParser json, String field) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      return json.getText();
    }
    return readString(json, field);
  }

  private String readString(JsonParser json, String field) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw error("expected a string as \"%s\", found %s".formatted(field, describe(json)));
    }
    return json.getText();
  }

  private void readText(JsonParser json, String field) throws IOException {
    text = null;
    tokens = null;
    if (json.currentToken() != JsonToken.START_ARRAY) {
      text = readString(json, field);
      return;
    }
    int n = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
        throw error("expected token ids in \"%s\", found %s".formatted(field, describe(json)));
      }
      if (n == buffer.length) {
        buffer = Arrays.copyOf(buffer, 2 * n);
      }
      buffer[n++] = json.getIntValue();
      if (buffer[n - 1] < 0) {
        throw error("expected token ids from 0 up in \"" + field + "\", found " + buffer[n - 1]);
      }
    }
    tokens = Arrays.copyOf(buffer, n);
  }

  private static String describe(JsonParser json) throws IOException {
    JsonToken token = json.currentToken();
    if (token == null) {
      return "the end of the line";
    }
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      default -> json.getText();
    };
  }

  private InputException error(String message) {
    return new InputException(position() + ": " + message);
  }

  @Override
  public String position() {
    return lines.position();
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}

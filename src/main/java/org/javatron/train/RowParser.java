package org.javatron.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.javatron.data.TextRecord;
import org.javatron.io.InputException;

/**
 * Reads one line of training data: {@code query}, {@code positives} and {@code negatives} (Tevatron
 * has {@code positive_passages} and {@code negative_passages} in its data sets), each text a
 * string, an array of token ids, or an object with {@code title} and {@code text}. Other fields are
 * skipped.
 */
final class RowParser {
  private static final ObjectMapper JSON = mapper();

  private final String place;

  private RowParser(String place) {
    this.place = place;
  }

  private static ObjectMapper mapper() {
    JsonMapper mapper =
        JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
    mapper
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder().maxStringLength(RowFile.MAX_LINE_BYTES).build());
    return mapper;
  }

  /**
   * Parses a line.
   *
   * @param line its bytes, UTF-8
   * @param place its file and number, for errors
   */
  static TrainingRow parse(byte[] line, String place) throws IOException {
    JsonNode row;
    try {
      row = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new InputException(
          "%s: expected a JSON object, found something else at column %d (%s)"
              .formatted(place, e.getLocation().getColumnNr(), e.getOriginalMessage()),
          e);
    }
    return new RowParser(place).row(row);
  }

  private TrainingRow row(JsonNode row) throws InputException {
    if (!row.isObject()) {
      throw error("expected a JSON object, found " + kind(row));
    }
    if (!row.hasNonNull("query")) {
      throw error("expected a \"query\", found none");
    }
    String id = row.hasNonNull("query_id") ? row.get("query_id").asText() : null;
    List<TextRecord> positives = texts(row, "positives", "positive_passages");
    if (positives.isEmpty()) {
      throw error("expected at least one of \"positives\", found none");
    }
    return new TrainingRow(
        id,
        text(row.get("query"), "query"),
        positives,
        texts(row, "negatives", "negative_passages"));
  }

  private List<TextRecord> texts(JsonNode row, String field, String otherName)
      throws InputException {
    String name = row.has(field) ? field : otherName;
    JsonNode all = row.path(name);
    if (all.isMissingNode() || all.isNull()) {
      return List.of();
    }
    if (!all.isArray()) {
      throw error("expected an array as \"" + name + "\", found " + kind(all));
    }
    List<TextRecord> texts = new ArrayList<>(all.size());
    for (JsonNode text : all) {
      texts.add(text(text, name));
    }
    return texts;
  }

  private TextRecord text(JsonNode value, String field) throws InputException {
    if (value.isArray()) {
      return new TextRecord("", null, null, tokens(value, field));
    }
    if (value.isTextual()) {
      return new TextRecord("", null, value.textValue(), null);
    }
    if (!value.path("text").isTextual()) {
      throw error(
          "expected a string, an array of token ids or an object with a \"text\" in \"%s\", found %s"
              .formatted(field, kind(value)));
    }
    JsonNode title = value.path("title");
    if (!title.isTextual() && !title.isMissingNode() && !title.isNull()) {
      throw error("expected a string as \"title\", found " + kind(title));
    }
    return new TextRecord("", title.textValue(), value.get("text").textValue(), null);
  }

  private int[] tokens(JsonNode array, String field) throws InputException {
    int[] tokens = new int[array.size()];
    for (int i = 0; i < tokens.length; i++) {
      JsonNode token = array.get(i);
      if (!token.isInt() || token.intValue() < 0) {
        throw error(
            "expected token ids from 0 up in \"%s\", found %s".formatted(field, kind(token)));
      }
      tokens[i] = token.intValue();
    }
    return tokens;
  }

  private static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT -> "an object";
      case ARRAY -> "an array";
      case STRING -> "a string";
      case MISSING -> "an empty line";
      default -> value.asText();
    };
  }

  private InputException error(String message) {
    return new InputException(place + ": " + message);
  }
}

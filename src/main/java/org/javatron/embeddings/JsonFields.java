package org.javatron.embeddings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.javatron.io.AtomicFile;
import org.javatron.io.InputException;

/** The fields of a JSON object in a file, read with errors that name file, field and value. */
record JsonFields(Path file, String prefix, JsonNode node) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  static JsonFields read(Path file) throws IOException {
    JsonNode tree;
    try {
      tree = JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      // Jackson's own sentence describes its buffers rather than the file.
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw new InputException(
          file
              + ":"
              + line
              + " is not valid JSON"
              + (e instanceof JsonEOFException
                  ? ": it ends too early"
                  : ": " + e.getOriginalMessage()),
          e);
    }
    if (!tree.isObject()) {
      throw new InputException(file + " holds no JSON object");
    }
    return new JsonFields(file, "", tree);
  }

  static void write(Path file, ObjectNode json) throws IOException {
    try (AtomicFile out = AtomicFile.create(file)) {
      out.stream().write((JSON.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8));
      out.commit();
    }
  }

  JsonFields object(String name) throws InputException {
    JsonNode value = node.path(name);
    if (!value.isObject()) {
      throw wrong(name, "an object", value);
    }
    return new JsonFields(file, prefix + name + ".", value);
  }

  String text(String name) throws InputException {
    JsonNode value = node.path(name);
    if (!value.isTextual()) {
      throw wrong(name, "a text", value);
    }
    return value.textValue();
  }

  long number(String name, long least, long most) throws InputException {
    JsonNode value = node.path(name);
    if (!value.canConvertToExactIntegral()
        || !value.canConvertToLong()
        || value.longValue() < least
        || value.longValue() > most) {
      throw wrong(name, "a whole number from " + least + " to " + most, value);
    }
    return value.longValue();
  }

  InputException wrong(String name, String expected, JsonNode found) {
    String what = found.isMissingNode() ? "nothing" : found.toString();
    return new InputException(
        file + " should have " + expected + " in " + prefix + name + " but has " + what);
  }
}

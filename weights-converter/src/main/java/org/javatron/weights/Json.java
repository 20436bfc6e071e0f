package org.javatron.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.javatron.io.AtomicFile;

/** JSON files as checkpoints have them: one object, no key twice, nothing after it. */
final class Json {
  static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final ObjectWriter PRETTY =
      STRICT.writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

  private Json() {}

  static JsonNode read(Path file) throws IOException {
    byte[] text = Files.readAllBytes(file);
    try {
      return STRICT.readTree(text);
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw new WeightFormatException(
          file, "line " + line + " is not valid JSON: " + problem(e), e);
    }
  }

  /** What is wrong, in words that do not need Jackson's documentation. */
  static String problem(JsonProcessingException error) {
    if (error instanceof JsonEOFException) {
      return "it ends too early";
    }
    return error instanceof MismatchedInputException
        ? "something follows its end"
        : error.getOriginalMessage();
  }

  static ObjectNode readObject(Path file) throws IOException {
    if (read(file) instanceof ObjectNode object) {
      return object;
    }
    throw new WeightFormatException(file, "expected a JSON object");
  }

  static ObjectNode object() {
    return STRICT.createObjectNode();
  }

  static String pretty(JsonNode node) throws IOException {
    return PRETTY.writeValueAsString(node);
  }

  static void write(Path file, JsonNode node) throws IOException {
    try (AtomicFile target = AtomicFile.create(file)) {
      target.stream().write((pretty(node) + "\n").getBytes(StandardCharsets.UTF_8));
      target.commit();
    }
  }
}

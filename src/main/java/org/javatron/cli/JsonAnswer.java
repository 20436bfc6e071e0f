package org.javatron.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;

/** What a command prints with {@code --json}: one object, indented. */
final class JsonAnswer {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private JsonAnswer() {}

  /** An object to be filled, with its fields in the order they are put. */
  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  static void print(ObjectNode answer, PrintWriter out) throws IOException {
    out.println(JSON.writeValueAsString(answer));
    out.flush();
  }
}

package org.javatron.fetch;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.javatron.io.AtomicFile;
import org.javatron.io.InputException;

/**
 * What is recorded of a download in a small file beside it: where its bytes come from, so that they
 * can be continued, and what they were, so that others under the same name are noticed.
 *
 * @param address where it came from
 * @param etag the server's name for these bytes, as in its header ETag; null if it gives none
 * @param bytes the file's size; -1 if the server did not say yet
 * @param sha256 the hash of a whole file; null of one that is still under way
 */
record Seen(String address, String etag, long bytes, String sha256) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The record of a file that is whole. */
  static Path ofWhole(Path file) {
    return file.resolveSibling(file.getFileName() + ".seen.json");
  }

  /** Reads a record; null if there is none. */
  static Seen read(Path record) throws IOException {
    if (!Files.exists(record)) {
      return null;
    }
    JsonNode root;
    try {
      root = JSON.readTree(Files.readAllBytes(record));
    } catch (JacksonException e) {
      throw notARecord(record, e);
    }
    if (root == null
        || !root.path("address").isTextual()
        || !root.path("bytes").isIntegralNumber()) {
      throw notARecord(record, null);
    }
    return new Seen(
        root.get("address").textValue(),
        root.path("etag").textValue(),
        root.get("bytes").longValue(),
        root.path("sha256").textValue());
  }

  private static InputException notARecord(Path record, Exception cause) {
    return new InputException(
        record
            + ": expected a download's record with \"address\" and \"bytes\", found other text;"
            + " delete it to fetch the file anew.",
        cause);
  }

  void write(Path record) throws IOException {
    ObjectNode root = JSON.createObjectNode().put("address", address).put("bytes", bytes);
    if (etag != null) {
      root.put("etag", etag);
    }
    if (sha256 != null) {
      root.put("sha256", sha256);
    }
    byte[] text = (root.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    try (AtomicFile file = AtomicFile.create(record)) {
      file.stream().write(text);
      file.commit();
    }
  }
}

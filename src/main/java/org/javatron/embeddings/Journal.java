package org.javatron.embeddings;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.javatron.io.InputException;

/**
 * How far the writing of a folder has come. Replaced atomically after each chunk's data has been
 * forced to disk, so what it counts is there, whatever else the files hold behind it.
 */
record Journal(EmbeddingsHeader header, long rows, long idsBytes) {
  private static final String NAME = ".journal.json";

  static Path file(Path directory) {
    return directory.resolve(NAME);
  }

  /** The folder's journal, if a run has begun there and not finished. */
  static Optional<Journal> read(Path directory) throws IOException {
    Path file = file(directory);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    JsonFields json = JsonFields.read(file);
    EmbeddingsHeader header = EmbeddingsManifest.header(json);
    long rows = json.number("rows_written", 0, header.rows());
    return Optional.of(new Journal(header, rows, json.number("ids_bytes", 0, Long.MAX_VALUE)));
  }

  void write(Path directory) throws IOException {
    ObjectNode json = header.toJson();
    json.put("rows_written", rows).put("ids_bytes", idsBytes);
    JsonFields.write(file(directory), json);
  }

  void requireSameHeader(Path directory, EmbeddingsHeader now) throws InputException {
    var difference = EmbeddingsHeader.difference("", header.toJson(), now.toJson());
    if (difference.isPresent()) {
      throw new InputException(
          directory
              + " holds an unfinished run with other settings ("
              + difference.get()
              + "): repeat that command to continue it, or delete the folder");
    }
  }
}

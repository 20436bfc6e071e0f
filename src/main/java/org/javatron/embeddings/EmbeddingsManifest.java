package org.javatron.embeddings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.javatron.io.InputException;

/**
 * {@code manifest.json}: the header of finished embeddings and what their two files must be. It is
 * written last, so a folder that has it is whole.
 *
 * @param header rows, dimension, type, shard and encoder settings
 * @param npy size and hash of {@code embeddings.npy}
 * @param ids size and hash of {@code embeddings.ids}
 */
public record EmbeddingsManifest(EmbeddingsHeader header, FileFacts npy, FileFacts ids) {
  /** The name of the matrix file: NumPy's format, {@code [rows, dim]} in C order. */
  public static final String NPY_NAME = "embeddings.npy";

  /** The name of the file of ids: UTF-8, one id a line, line {@code i} for row {@code i}. */
  public static final String IDS_NAME = "embeddings.ids";

  /** The name of the manifest itself. */
  public static final String NAME = "manifest.json";

  static final String FORMAT = "javatron-embeddings";
  static final int VERSION = 1;

  /**
   * What a file must be.
   *
   * @param bytes its size
   * @param sha256 the hash of its bytes, 64 lower-case hexadecimal digits
   */
  public record FileFacts(long bytes, String sha256) {}

  /**
   * Reads a manifest.
   *
   * @param file {@code manifest.json}
   * @return what it says
   * @throws IOException if it cannot be read, or a field is missing or wrong (the message names it)
   */
  public static EmbeddingsManifest read(Path file) throws IOException {
    JsonFields json = JsonFields.read(file);
    if (!json.text("format").equals(FORMAT)) {
      throw json.wrong("format", "\"" + FORMAT + "\"", json.node().path("format"));
    }
    if (json.number("version", 1, Integer.MAX_VALUE) != VERSION) {
      throw new InputException(
          file
              + " is of version "
              + json.node().path("version")
              + ", this Javatron reads version "
              + VERSION
              + ": encode again, or use a newer Javatron");
    }
    JsonFields files = json.object("files");
    return new EmbeddingsManifest(header(json), facts(files, NPY_NAME), facts(files, IDS_NAME));
  }

  static EmbeddingsHeader header(JsonFields json) throws IOException {
    JsonFields shard = json.object("shard");
    int count = (int) shard.number("count", 1, Integer.MAX_VALUE);
    int index = (int) shard.number("index", 0, count - 1L);
    Shard part = new Shard(index, count, shard.number("total_rows", 0, Long.MAX_VALUE));
    long rows = json.number("rows", 0, Long.MAX_VALUE);
    long firstRow = shard.number("first_row", 0, Long.MAX_VALUE);
    if (rows != part.rows() || firstRow != part.firstRow()) {
      throw new InputException(
          String.format(
              "%s should have %d rows from row %d on in shard %d of %d over %d rows but has %d rows"
                  + " from row %d on",
              json.file(),
              part.rows(),
              part.firstRow(),
              index,
              count,
              part.totalRows(),
              rows,
              firstRow));
    }
    int dim = (int) json.number("dim", 1, Integer.MAX_VALUE);
    return new EmbeddingsHeader(part, dim, type(json), (ObjectNode) json.object("encoder").node());
  }

  private static EmbeddingType type(JsonFields json) throws InputException {
    String name = json.text("dtype");
    for (EmbeddingType type : EmbeddingType.values()) {
      if (type.toString().equals(name)) {
        return type;
      }
    }
    throw json.wrong("dtype", "\"float32\" or \"float16\"", json.node().path("dtype"));
  }

  private static FileFacts facts(JsonFields files, String name) throws InputException {
    JsonFields facts = files.object(name);
    String sha256 = facts.text("sha256");
    if (!sha256.matches("[0-9a-f]{64}")) {
      JsonNode found = facts.node().path("sha256");
      throw facts.wrong("sha256", "64 lower-case hexadecimal digits", found);
    }
    return new FileFacts(facts.number("bytes", 0, Long.MAX_VALUE), sha256);
  }

  void write(Path file) throws IOException {
    ObjectNode json = header.toJson();
    json.put("format", FORMAT).put("version", VERSION);
    ObjectNode files = json.putObject("files");
    files.putObject(NPY_NAME).put("bytes", npy.bytes()).put("sha256", npy.sha256());
    files.putObject(IDS_NAME).put("bytes", ids.bytes()).put("sha256", ids.sha256());
    JsonFields.write(file, json);
  }
}

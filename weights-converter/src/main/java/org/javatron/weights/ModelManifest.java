package org.javatron.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.javatron.io.InputException;

/**
 * javatron.json: how a model is to be used, kept beside its weights so that training, encoding and
 * search cannot disagree.
 *
 * @param pooling how token vectors become the text's vector
 * @param normalize whether that vector is then scaled to L2 norm 1
 * @param queryMaxLength tokens of a query, [CLS] and [SEP] included; at least 3
 * @param passageMaxLength tokens of a passage, [CLS] and [SEP] included; at least 3
 * @param separator joins title and text
 * @param weightsSha256 hash of model.safetensors, which names the model in what is made from it
 * @param provenance where the weights come from
 */
public record ModelManifest(
    Pooling pooling,
    boolean normalize,
    int queryMaxLength,
    int passageMaxLength,
    String separator,
    String weightsSha256,
    Provenance provenance) {

  /** The file's name in a model directory. */
  public static final String FILE_NAME = "javatron.json";

  /** The only version there is. */
  static final int VERSION = 1;

  /**
   * A manifest whose values make sense.
   *
   * @param pooling as above
   * @param normalize as above
   * @param queryMaxLength as above
   * @param passageMaxLength as above
   * @param separator as above
   * @param weightsSha256 as above
   * @param provenance as above
   * @throws IllegalArgumentException if a length is below 3 or the hash is not 64 hex digits
   */
  public ModelManifest {
    Objects.requireNonNull(pooling, "pooling");
    Objects.requireNonNull(separator, "separator");
    Objects.requireNonNull(provenance, "provenance");
    checkLength("query_max_length", queryMaxLength);
    checkLength("passage_max_length", passageMaxLength);
    if (!weightsSha256.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException(
          "weights_sha256 should be 64 hexadecimal digits, found \"" + weightsSha256 + "\"");
    }
  }

  private static void checkLength(String key, int length) {
    if (length < 3) {
      throw new IllegalArgumentException(
          key + " should be at least 3 ([CLS], a token, [SEP]), found " + length);
    }
  }

  /**
   * Reads a model directory's javatron.json.
   *
   * @param modelDirectory the directory
   * @return the manifest
   * @throws WeightFormatException if the file is of another version or a value is missing or wrong
   * @throws IOException if it cannot be read
   */
  public static ModelManifest read(Path modelDirectory) throws IOException {
    Path file = modelDirectory.resolve(FILE_NAME);
    if (!Files.isDirectory(modelDirectory)) {
      throw new InputException(modelDirectory + " is not a folder; expected a model directory");
    }
    if (!Files.exists(file)) {
      throw new InputException(
          modelDirectory
              + " is not a model directory (it has no "
              + FILE_NAME
              + "): make one with javatron convert --model "
              + modelDirectory
              + " --output M");
    }
    ObjectNode json = Json.readObject(file);
    int version = json.path("version").asInt();
    if (version != VERSION) {
      throw new WeightFormatException(
          file,
          "version should be "
              + VERSION
              + ", found "
              + json.path("version")
              + "; convert the model again with this release");
    }
    try {
      JsonNode from = require(json, "provenance");
      return new ModelManifest(
          pooling(require(json, "pooling")),
          bool(json, "normalize"),
          length(json, "query_max_length"),
          length(json, "passage_max_length"),
          require(json, "separator").asText(),
          require(json, "weights_sha256").asText(),
          new Provenance(
              from.path("source").asText(),
              from.hasNonNull("revision") ? from.get("revision").asText() : null,
              from.path("source_format").asText(),
              from.hasNonNull("published_max_length")
                  ? Integer.valueOf(length(from, "published_max_length"))
                  : null,
              from.path("written_by").asText()));
    } catch (IllegalArgumentException e) {
      throw new WeightFormatException(file, e.getMessage(), e);
    }
  }

  private static Pooling pooling(JsonNode value) {
    for (Pooling pooling : Pooling.values()) {
      if (value.asText().equals(pooling.name().toLowerCase(Locale.ROOT))) {
        return pooling;
      }
    }
    throw new IllegalArgumentException("pooling should be cls or mean, found " + value);
  }

  private static boolean bool(JsonNode json, String key) {
    JsonNode value = require(json, key);
    if (!value.isBoolean()) {
      throw new IllegalArgumentException(key + " should be true or false, found " + value);
    }
    return value.booleanValue();
  }

  private static int length(JsonNode json, String key) {
    JsonNode value = require(json, key);
    if (!value.isInt()) {
      throw new IllegalArgumentException(key + " should be a whole number, found " + value);
    }
    return value.intValue();
  }

  private static JsonNode require(JsonNode json, String key) {
    if (!json.hasNonNull(key)) {
      throw new IllegalArgumentException("there is no " + key);
    }
    return json.get(key);
  }

  /**
   * Writes javatron.json, whole or not at all.
   *
   * @param modelDirectory where
   * @throws IOException if it cannot be written
   */
  public void write(Path modelDirectory) throws IOException {
    Json.write(modelDirectory.resolve(FILE_NAME), json());
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("version", VERSION);
    json.put("pooling", pooling.name().toLowerCase(Locale.ROOT));
    json.put("normalize", normalize);
    json.put("query_max_length", queryMaxLength);
    json.put("passage_max_length", passageMaxLength);
    json.put("separator", separator);
    json.put("weights_sha256", weightsSha256);
    ObjectNode from = json.putObject("provenance");
    from.put("source", provenance.source());
    from.put("revision", provenance.revision());
    from.put("source_format", provenance.sourceFormat());
    from.put("published_max_length", provenance.publishedMaxLength());
    from.put("written_by", provenance.writtenBy());
    return json;
  }
}

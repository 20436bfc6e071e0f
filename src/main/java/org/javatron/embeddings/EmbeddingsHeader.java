package org.javatron.embeddings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What is known of embeddings before the first row is computed. Two runs with equal headers write
 * the same bytes; that is what lets one continue the other.
 *
 * @param shard which rows of the collection these are, and how many
 * @param dim values in a row, 1 or more
 * @param type how a value is stored
 * @param encoder the settings that shaped the vectors, free-form JSON. {@code encode} writes {@code
 *     model_sha256}, {@code tokenizer_sha256}, {@code pooling}, {@code normalize}, {@code
 *     max_length}, {@code separator} and {@code side}; {@link EncoderSettings} says which of them
 *     queries and passages must share
 */
public record EmbeddingsHeader(Shard shard, int dim, EmbeddingType type, ObjectNode encoder) {
  /**
   * Checks the dimension and keeps a copy of the settings.
   *
   * @param shard which rows these are
   * @param dim values in a row
   * @param type how a value is stored
   * @param encoder the settings
   */
  public EmbeddingsHeader {
    if (dim < 1) {
      throw new IllegalArgumentException("embeddings need a dimension of 1 or more, not " + dim);
    }
    encoder = encoder.deepCopy();
  }

  /**
   * How many rows there will be.
   *
   * @return the shard's rows
   */
  public long rows() {
    return shard.rows();
  }

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("rows", rows()).put("dim", dim).put("dtype", type.toString());
    json.putObject("shard")
        .put("index", shard.index())
        .put("count", shard.count())
        .put("first_row", shard.firstRow())
        .put("total_rows", shard.totalRows());
    json.set("encoder", encoder.deepCopy());
    return json;
  }

  /**
   * The first setting, in alphabetical order, in which two JSON trees differ, as {@code name is X
   * there and Y here}.
   */
  static Optional<String> difference(String name, JsonNode there, JsonNode here) {
    if (there != null && here != null && there.isObject() && here.isObject()) {
      TreeSet<String> names = new TreeSet<>();
      there.fieldNames().forEachRemaining(names::add);
      here.fieldNames().forEachRemaining(names::add);
      for (String child : names) {
        String path = name.isEmpty() ? child : name + "." + child;
        Optional<String> difference = difference(path, there.get(child), here.get(child));
        if (difference.isPresent()) {
          return difference;
        }
      }
      return Optional.empty();
    }
    if (there != null && here != null && there.toString().equals(here.toString())) {
      return Optional.empty(); // by text, since 7 read from a file and 7L set by hand are the same
    }
    return Optional.of(name + " is " + text(there) + " there and " + text(here) + " here");
  }

  private static String text(JsonNode value) {
    return value == null ? "absent" : value.toString();
  }
}

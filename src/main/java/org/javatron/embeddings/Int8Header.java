package org.javatron.embeddings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.javatron.io.InputException;

/**
 * What is known of an int8 form before its first row is made: runs with equal headers write equal
 * bytes.
 *
 * @param rows how many vectors
 * @param dim values of a vector
 * @param heads how many coordinates a scan may multiply first, ascending, {@code dim} last: where
 *     the parts of a vector end
 * @param seed of the {@link Rotation}s
 * @param mean what was taken off every vector first, {@code [dim]}
 * @param axes the hash of the file of {@link PrincipalAxes}
 * @param sources the hashes of the {@code embeddings.npy} that it was made of, in their order
 * @param queries those of the queries that shaped the axes, or nothing
 */
record Int8Header(
    long rows,
    int dim,
    List<Integer> heads,
    long seed,
    float[] mean,
    String axes,
    List<String> sources,
    List<String> queries) {
  private static final String FORMAT = "javatron-int8";
  private static final int VERSION = 3;

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("format", FORMAT).put("version", VERSION);
    json.put("rows", rows).put("dim", dim);
    ArrayNode ends = json.putArray("heads");
    heads.forEach(ends::add);
    json.put("rotation_seed", seed);
    json.put("axes_sha256", axes);
    ArrayNode made = json.putArray("embeddings_sha256");
    sources.forEach(made::add);
    ArrayNode shaped = json.putArray("queries_sha256");
    queries.forEach(shaped::add);
    ByteBuffer bytes = ByteBuffer.allocate(dim * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(mean);
    return json.put("mean_float32_base64", Base64.getEncoder().encodeToString(bytes.array()));
  }

  static Int8Header of(JsonFields json) throws IOException {
    if (!json.text("format").equals(FORMAT)) {
      throw json.wrong("format", "\"" + FORMAT + "\"", json.node().path("format"));
    }
    json.number("version", VERSION, VERSION);
    int dim = (int) json.number("dim", 1, 1 << 24);
    return new Int8Header(
        json.number("rows", 0, Long.MAX_VALUE),
        dim,
        heads(json, dim),
        json.number("rotation_seed", Long.MIN_VALUE, Long.MAX_VALUE),
        mean(json, dim),
        json.text("axes_sha256"),
        texts(json, "embeddings_sha256"),
        texts(json, "queries_sha256"));
  }

  private static List<Integer> heads(JsonFields json, int dim) throws InputException {
    List<Integer> heads = new ArrayList<>();
    json.node().path("heads").forEach(each -> heads.add(each.asInt()));
    int last = 0;
    for (int head : heads) {
      last = head > last ? head : dim + 1; // not ascending
    }
    if (last != dim) {
      throw json.wrong("heads", "ascending up to " + dim, json.node().path("heads"));
    }
    return heads;
  }

  private static List<String> texts(JsonFields json, String name) {
    List<String> texts = new ArrayList<>();
    for (JsonNode each : json.node().path(name)) {
      texts.add(each.asText());
    }
    return texts;
  }

  private static float[] mean(JsonFields json, int dim) throws InputException {
    String text = json.text("mean_float32_base64");
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      bytes = new byte[0];
    }
    if (bytes.length != dim * Float.BYTES) {
      throw new InputException(
          String.format(
              "%s should have %d float32 values in mean_float32_base64 but has %d bytes",
              json.file(), dim, bytes.length));
    }
    float[] mean = new float[dim];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(mean);
    return mean;
  }
}

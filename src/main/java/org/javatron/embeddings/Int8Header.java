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
 * @param seed of the {@link Rotation}
 * @param mean what was taken off every vector before it was rotated, {@code [dim]}
 * @param sources the hashes of the {@code embeddings.npy} that it was made of, in their order
 */
record Int8Header(long rows, int dim, long seed, float[] mean, List<String> sources) {
  private static final String FORMAT = "javatron-int8";
  private static final int VERSION = 1;

  /** Bytes behind a row's codes: scale, residual and length as float32, four of nothing. */
  static final int TAIL = 16;

  static int recordBytes(int size) {
    return size + TAIL;
  }

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("format", FORMAT).put("version", VERSION);
    json.put("rows", rows).put("dim", dim).put("rotation_seed", seed);
    ArrayNode made = json.putArray("embeddings_sha256");
    sources.forEach(made::add);
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
    List<String> sources = new ArrayList<>();
    for (JsonNode each : json.node().path("embeddings_sha256")) {
      sources.add(each.asText());
    }
    return new Int8Header(
        json.number("rows", 0, Long.MAX_VALUE),
        dim,
        json.number("rotation_seed", Long.MIN_VALUE, Long.MAX_VALUE),
        mean(json, dim),
        sources);
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

package org.javatron.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.javatron.weights.BertConfig;
import org.javatron.weights.Dtype;
import org.javatron.weights.ModelManifest;
import org.javatron.weights.Pooling;
import org.javatron.weights.Provenance;
import org.javatron.weights.SafetensorsWriter;

/** Model directories of any size with seeded random weights, without a vocabulary. */
public final class RandomBert {
  /** Token ids are below it. */
  public static final int VOCABULARY = 300;

  private RandomBert() {}

  /** Writes one into a folder, for sequences of up to 256 tokens. */
  public static Path write(
      Path folder, int layers, int hidden, int heads, Pooling pooling, boolean normalize)
      throws IOException {
    Files.createDirectories(folder);
    ObjectMapper json = new ObjectMapper();
    ObjectNode sizes =
        json.createObjectNode()
            .put("model_type", "bert")
            .put("vocab_size", VOCABULARY)
            .put("hidden_size", hidden)
            .put("num_hidden_layers", layers)
            .put("num_attention_heads", heads)
            .put("intermediate_size", 4 * hidden)
            .put("max_position_embeddings", 256)
            .put("type_vocab_size", 2)
            .put("hidden_act", "gelu");
    json.writeValue(folder.resolve("config.json").toFile(), sizes);
    String hash = weights(folder, BertConfig.read(folder.resolve("config.json")));
    Provenance source = new Provenance("random weights", null, "safetensors", null, "a test");
    new ModelManifest(pooling, normalize, 32, 128, " ", hash, source).write(folder);
    return folder;
  }

  private static String weights(Path folder, BertConfig config) throws IOException {
    Map<String, SafetensorsWriter.Spec> specs = new LinkedHashMap<>();
    config
        .tensorShapes()
        .forEach((name, shape) -> specs.put(name, new SafetensorsWriter.Spec(Dtype.F32, shape)));
    Random random = new Random(5);
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(folder.resolve("model.safetensors"), specs, Map.of())) {
      for (Map.Entry<String, SafetensorsWriter.Spec> tensor : specs.entrySet()) {
        int size = 1;
        for (long length : tensor.getValue().shape()) {
          size *= (int) length;
        }
        FloatBuffer values = FloatBuffer.allocate(size);
        float mean = tensor.getKey().endsWith("LayerNorm.weight") ? 1 : 0;
        for (int i = 0; i < size; i++) {
          values.put(mean + (float) (0.08 * random.nextGaussian()));
        }
        writer.write(tensor.getKey(), values.flip());
      }
      return writer.commit();
    }
  }
}

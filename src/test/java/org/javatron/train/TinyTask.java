package org.javatron.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.javatron.weights.BertConfig;
import org.javatron.weights.Dtype;
import org.javatron.weights.ModelManifest;
import org.javatron.weights.Pooling;
import org.javatron.weights.Provenance;
import org.javatron.weights.SafetensorsWriter;

/**
 * Something a tiny BERT can learn in seconds: the query "q7" is answered by whatever has the word
 * "p7". Random weights know nothing of it.
 */
public final class TinyTask {
  /** Pairs of words. */
  public static final int TOPICS = 24;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int WIDTH = 16;

  private TinyTask() {}

  /** Writes a model directory with random weights. */
  public static Path model(Path folder, double dropout) throws IOException {
    List<String> vocabulary =
        new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "what", "is", "a"));
    for (int i = 0; i < TOPICS; i++) {
      vocabulary.add("q" + i);
      vocabulary.add("p" + i);
    }
    Files.createDirectories(folder);
    Files.write(folder.resolve("vocab.txt"), vocabulary);
    ObjectNode config =
        JSON.createObjectNode()
            .put("model_type", "bert")
            .put("vocab_size", vocabulary.size())
            .put("hidden_size", WIDTH)
            .put("num_hidden_layers", 1)
            .put("num_attention_heads", 2)
            .put("intermediate_size", 2 * WIDTH)
            .put("max_position_embeddings", 16)
            .put("type_vocab_size", 2)
            .put("hidden_act", "gelu")
            .put("hidden_dropout_prob", dropout)
            .put("attention_probs_dropout_prob", dropout);
    JSON.writeValue(folder.resolve("config.json").toFile(), config);
    String hash = weights(folder, BertConfig.read(folder.resolve("config.json")));
    new ModelManifest(
            Pooling.MEAN,
            false,
            8,
            12,
            " ",
            hash,
            new Provenance("random weights", null, "safetensors", null, "a test"))
        .write(folder);
    return folder;
  }

  private static String weights(Path folder, BertConfig config) throws IOException {
    Map<String, SafetensorsWriter.Spec> specs = new LinkedHashMap<>();
    config
        .tensorShapes()
        .forEach((name, shape) -> specs.put(name, new SafetensorsWriter.Spec(Dtype.F32, shape)));
    Random random = new Random(5);
    Path file = folder.resolve("model.safetensors");
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, specs, Map.of("format", "pt"))) {
      for (Map.Entry<String, SafetensorsWriter.Spec> tensor : specs.entrySet()) {
        int size = 1;
        for (long length : tensor.getValue().shape()) {
          size *= (int) length;
        }
        FloatBuffer values = FloatBuffer.allocate(size);
        boolean gain = tensor.getKey().endsWith("LayerNorm.weight");
        for (int i = 0; i < size; i++) {
          values.put(gain ? 1 : (float) (0.2 * random.nextGaussian()));
        }
        writer.write(tensor.getKey(), values.flip());
      }
      return writer.commit();
    }
  }

  /** Writes rows of raw text, as many as asked for, with four negatives each. */
  public static Path rows(Path file, int rows) throws IOException {
    Random random = new Random(6);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      int topic = i % TOPICS;
      ObjectNode row = JSON.createObjectNode().put("query_id", "Q" + i);
      row.put("query", "what is q" + topic);
      row.putArray("positives").add("a p" + topic).add("p" + topic + " is a");
      ArrayNode negatives = row.putArray("negatives");
      for (int n = 0; n < 4; n++) {
        negatives.add("a p" + (topic + 1 + random.nextInt(TOPICS - 1)) % TOPICS);
      }
      lines.add(row.toString());
    }
    return Files.write(file, lines);
  }

  /** Writes queries.tsv, corpus.tsv and qrels.tsv that ask all topics. */
  public static void collection(Path folder) throws IOException {
    List<String> queries = new ArrayList<>();
    List<String> passages = new ArrayList<>();
    List<String> qrels = new ArrayList<>();
    for (int i = 0; i < TOPICS; i++) {
      queries.add("Q" + i + "\twhat is q" + i);
      passages.add("P" + i + "\tp" + i + " is a");
      qrels.add("Q" + i + "\t0\tP" + i + "\t1");
    }
    Files.write(folder.resolve("queries.tsv"), queries);
    Files.write(folder.resolve("corpus.tsv"), passages);
    Files.write(folder.resolve("qrels.tsv"), qrels);
  }
}

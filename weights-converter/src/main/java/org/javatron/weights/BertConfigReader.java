package org.javatron.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;

/** Reads config.json and refuses what would load but compute something other than BERT. */
final class BertConfigReader {
  /** Far above any BERT; the list of its tensors must not fill the memory. */
  private static final int MAX_LAYERS = 1000;

  private final Path file;
  private final ObjectNode json;

  BertConfigReader(Path file) throws IOException {
    this.file = file;
    this.json = Json.readObject(file);
  }

  BertConfig read() throws WeightFormatException {
    checkIsBert();
    BertConfig config =
        new BertConfig(
            size("vocab_size", 30522),
            size("hidden_size", 768),
            size("num_hidden_layers", 12),
            size("num_attention_heads", 12),
            size("intermediate_size", 3072),
            size("max_position_embeddings", 512),
            size("type_vocab_size", 2),
            real("layer_norm_eps", 1e-12),
            probability("hidden_dropout_prob", 0.1),
            probability("attention_probs_dropout_prob", 0.1),
            real("initializer_range", 0.02));
    if (config.layers() > MAX_LAYERS) {
      throw error(
          "num_hidden_layers should be at most " + MAX_LAYERS + ", found " + config.layers());
    }
    if (config.hiddenSize() % config.heads() != 0) {
      throw error(
          "hidden_size "
              + config.hiddenSize()
              + " is not a multiple of num_attention_heads "
              + config.heads());
    }
    return config;
  }

  private void checkIsBert() throws WeightFormatException {
    // The oldest BERT files name no model type; then the class they were saved from decides.
    String type = text("model_type", "");
    String architecture = json.path("architectures").path(0).asText("");
    boolean bert = type.isEmpty() ? isBertClass(architecture) : type.equals("bert");
    if (!bert) {
      throw error(
          "not a BERT checkpoint: model_type is "
              + (type.isEmpty() ? "not given, architectures " + architecture : type)
              + "; expected bert");
    }
    expect("hidden_act", "gelu");
    expect("position_embedding_type", "absolute");
    refuse("is_decoder", "a decoder");
    refuse("add_cross_attention", "a decoder");
    if (json.path("pruned_heads").size() > 0) {
      throw error("pruned_heads is not empty: expected whole attention layers");
    }
    if (json.hasNonNull("quantization_config")) {
      throw error("the checkpoint is quantized: expected float32, float16 or bfloat16 weights");
    }
  }

  private static boolean isBertClass(String architecture) {
    return architecture.isEmpty()
        || architecture.startsWith("BertFor")
        || architecture.equals("BertModel");
  }

  private void expect(String key, String only) throws WeightFormatException {
    String value = text(key, only);
    if (!value.equals(only)) {
      throw error(key + " is " + value + "; only " + only + " is supported");
    }
  }

  private void refuse(String key, String what) throws WeightFormatException {
    if (json.path(key).asBoolean(false)) {
      throw error(key + " is true: expected an encoder, found " + what);
    }
  }

  private String text(String key, String otherwise) {
    JsonNode value = json.path(key);
    return value.isMissingNode() || value.isNull() ? otherwise : value.asText();
  }

  private int size(String key, int otherwise) throws WeightFormatException {
    JsonNode value = json.path(key);
    if (value.isMissingNode()) {
      return otherwise;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
      throw error(key + " should be a whole number above 0, found " + value);
    }
    return value.intValue();
  }

  private double real(String key, double otherwise) throws WeightFormatException {
    JsonNode value = json.path(key);
    if (value.isMissingNode()) {
      return otherwise;
    }
    double number = value.doubleValue();
    if (!value.isNumber() || !Double.isFinite(number) || number < 0) {
      throw error(key + " should be a number of at least 0, found " + value);
    }
    return number;
  }

  private double probability(String key, double otherwise) throws WeightFormatException {
    double number = real(key, otherwise);
    if (number >= 1) {
      throw error(key + " should be at least 0 and below 1, found " + number);
    }
    return number;
  }

  private WeightFormatException error(String problem) {
    return new WeightFormatException(file, problem);
  }
}

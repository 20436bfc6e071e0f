package org.javatron.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The sizes of a BERT encoder, as Hugging Face's config.json gives them.
 *
 * @param vocabSize pieces in the vocabulary, {@code vocab_size}
 * @param hiddenSize width of a token's vector, {@code hidden_size}; a multiple of {@code heads}
 * @param layers Transformer layers, {@code num_hidden_layers}
 * @param heads attention heads per layer, {@code num_attention_heads}
 * @param intermediateSize width inside the feed-forward block, {@code intermediate_size}
 * @param maxPositions longest sequence in tokens, {@code max_position_embeddings}
 * @param typeVocabSize segment types, {@code type_vocab_size}
 * @param layerNormEps added to the variance inside LayerNorm's square root, {@code layer_norm_eps}
 * @param hiddenDropout dropout probability in training, {@code hidden_dropout_prob}
 * @param attentionDropout the same on attention probabilities, {@code attention_probs_dropout_prob}
 * @param initializerRange standard deviation of new weights, {@code initializer_range}
 */
public record BertConfig(
    int vocabSize,
    int hiddenSize,
    int layers,
    int heads,
    int intermediateSize,
    int maxPositions,
    int typeVocabSize,
    double layerNormEps,
    double hiddenDropout,
    double attentionDropout,
    double initializerRange) {

  /**
   * Reads config.json. Keys that are not there have the values of bert-base-uncased, as in
   * Transformers.
   *
   * @param configJson the file
   * @return the sizes
   * @throws WeightFormatException if the model is not a BERT encoder, or a value makes no sense
   * @throws IOException if the file cannot be read
   */
  public static BertConfig read(Path configJson) throws IOException {
    return new BertConfigReader(configJson).read();
  }

  /**
   * The tensors every BERT encoder has.
   *
   * @return shapes by canonical name (Transformers' BertModel), in the model's order
   */
  public Map<String, long[]> tensorShapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put("embeddings.word_embeddings.weight", new long[] {vocabSize, hiddenSize});
    shapes.put("embeddings.position_embeddings.weight", new long[] {maxPositions, hiddenSize});
    shapes.put("embeddings.token_type_embeddings.weight", new long[] {typeVocabSize, hiddenSize});
    layerNorm(shapes, "embeddings.LayerNorm");
    for (int i = 0; i < layers; i++) {
      String layer = "encoder.layer." + i + ".";
      linear(shapes, layer + "attention.self.query", hiddenSize, hiddenSize);
      linear(shapes, layer + "attention.self.key", hiddenSize, hiddenSize);
      linear(shapes, layer + "attention.self.value", hiddenSize, hiddenSize);
      linear(shapes, layer + "attention.output.dense", hiddenSize, hiddenSize);
      layerNorm(shapes, layer + "attention.output.LayerNorm");
      linear(shapes, layer + "intermediate.dense", intermediateSize, hiddenSize);
      linear(shapes, layer + "output.dense", hiddenSize, intermediateSize);
      layerNorm(shapes, layer + "output.LayerNorm");
    }
    return shapes;
  }

  /**
   * The tensors of the pooler, a dense layer with tanh over [CLS] that some checkpoints have and
   * retrieval does not use.
   *
   * @return shapes by canonical name
   */
  public Map<String, long[]> poolerShapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    linear(shapes, "pooler.dense", hiddenSize, hiddenSize);
    return shapes;
  }

  /** PyTorch keeps a linear layer's matrix as [outputs, inputs]. */
  private static void linear(Map<String, long[]> shapes, String name, int outputs, int inputs) {
    shapes.put(name + ".weight", new long[] {outputs, inputs});
    shapes.put(name + ".bias", new long[] {outputs});
  }

  private void layerNorm(Map<String, long[]> shapes, String name) {
    shapes.put(name + ".weight", new long[] {hiddenSize});
    shapes.put(name + ".bias", new long[] {hiddenSize});
  }
}

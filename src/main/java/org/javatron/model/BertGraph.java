package org.javatron.model;

import java.util.Map;
import org.javatron.ops.AddLayerNorm;
import org.javatron.ops.Attention;
import org.javatron.ops.Dropout;
import org.javatron.ops.Embeddings;
import org.javatron.ops.KernelOp;
import org.javatron.ops.L2Normalize;
import org.javatron.ops.Linear;
import org.javatron.ops.LinearGelu;
import org.javatron.ops.Pool;
import org.javatron.ops.Surrogate;
import org.javatron.weights.BertConfig;
import org.javatron.weights.Pooling;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * BERT as a SameDiff graph: embeddings, layers of attention and feed-forward, pooling.
 *
 * <p>Variables have the names that Hugging Face's BertModel gives them, with one exception: the
 * matrices and biases of query, key and value are one variable {@code attention.self.qkv}, stacked
 * in that order. Activations are named after the module that returns them there, so that each can
 * be compared with the original's.
 */
final class BertGraph {
  /** Placeholder, int32 [T]: the ids of all tokens, sequence after sequence. */
  static final String TOKEN_IDS = "token_ids";

  /** Placeholder, int32 [B + 1]: where each sequence begins; the last is T. */
  static final String OFFSETS = "offsets";

  /** The result, float32 [B, H]. */
  static final String VECTORS = "vectors";

  /** Placeholder in training, int64 [B]: the dropout key of each sequence. */
  static final String DROPOUT_KEYS = "dropout_keys";

  /** Placeholder in training, float32 [B, H]: the loss's gradient with respect to the vectors. */
  static final String VECTOR_GRADIENTS = "vector_gradients";

  /** What a graph in training ends with, float32 [1]; its gradients are the loss's. */
  static final String SURROGATE = "surrogate";

  private final SameDiff graph = SameDiff.create();
  private final BertConfig config;
  private final Map<String, INDArray> weights;
  private final SDVariable offsets;
  private final DropoutRates dropout;
  private final SDVariable keys;
  private int sites;

  /**
   * How much is dropped in training.
   *
   * @param hidden of embeddings and of each dense layer's output before it is added
   * @param attention of the attention probabilities
   */
  record DropoutRates(double hidden, double attention) {}

  /** With dropout null, the graph is for inference. */
  private BertGraph(BertConfig config, Map<String, INDArray> weights, DropoutRates dropout) {
    this.config = config;
    this.weights = weights;
    this.dropout = dropout;
    this.offsets = graph.placeHolder(OFFSETS, DataType.INT32, -1);
    this.keys = dropout == null ? null : graph.placeHolder(DROPOUT_KEYS, DataType.INT64, -1);
  }

  /**
   * Builds the graph for inference.
   *
   * @param config the sizes
   * @param weights arrays by variable name; used, not copied
   * @param pooling how a text's vector comes from its tokens'
   * @param normalize whether it is scaled to length 1
   * @return the graph, with the output {@link #VECTORS}
   */
  static SameDiff build(
      BertConfig config, Map<String, INDArray> weights, Pooling pooling, boolean normalize) {
    BertGraph bert = new BertGraph(config, weights, null);
    bert.encoder(pooling, normalize);
    return bert.graph;
  }

  /**
   * Builds the graph for training: with dropout, and with a {@link Surrogate} at its end, so that
   * its gradients are those of a loss whose gradient with respect to the vectors is given.
   *
   * @param config the sizes
   * @param weights arrays by variable name; used, not copied
   * @param pooling how a text's vector comes from its tokens'
   * @param normalize whether it is scaled to length 1
   * @param dropout how much is dropped; 0 drops nothing
   * @return the graph, with the outputs {@link #VECTORS} and {@link #SURROGATE}
   */
  static SameDiff buildForTraining(
      BertConfig config,
      Map<String, INDArray> weights,
      Pooling pooling,
      boolean normalize,
      DropoutRates dropout) {
    BertGraph bert = new BertGraph(config, weights, dropout);
    SDVariable vectors = bert.encoder(pooling, normalize);
    SDVariable given = bert.graph.placeHolder(VECTOR_GRADIENTS, DataType.FLOAT, -1, -1);
    named(SURROGATE, new Surrogate(bert.graph, vectors, given));
    return bert.graph;
  }

  private SDVariable encoder(Pooling pooling, boolean normalize) {
    SDVariable hidden = embeddings();
    for (int i = 0; i < config.layers(); i++) {
      hidden = layer("encoder.layer." + i, hidden);
    }
    KernelOp last = new Pool(graph, hidden, offsets, pooling);
    if (normalize) {
      last = new L2Normalize(graph, last.outputVariable());
    }
    return last.outputVariable().rename(VECTORS);
  }

  private SDVariable embeddings() {
    SDVariable ids = graph.placeHolder(TOKEN_IDS, DataType.INT32, -1);
    SDVariable sum =
        named(
            "embeddings",
            new Embeddings(
                graph,
                ids,
                offsets,
                weight("embeddings.word_embeddings.weight"),
                weight("embeddings.position_embeddings.weight"),
                weight("embeddings.token_type_embeddings.weight"),
                weight("embeddings.LayerNorm.weight"),
                weight("embeddings.LayerNorm.bias"),
                config.layerNormEps()));
    return dropped(sum);
  }

  /** Dropout at a place of its own; nothing where nothing is dropped. */
  private SDVariable dropped(SDVariable x) {
    if (dropout == null || dropout.hidden() == 0) {
      return x;
    }
    return new Dropout(graph, x, offsets, keys, dropout.hidden(), sites++).outputVariable();
  }

  private KernelOp attention(SDVariable qkv) {
    if (dropout == null || dropout.attention() == 0) {
      return new Attention(graph, qkv, offsets, config.heads());
    }
    double probability = dropout.attention();
    return new Attention(graph, qkv, offsets, keys, config.heads(), probability, sites++);
  }

  /** Attention, then the feed-forward block, each followed by "add what came in, normalise". */
  private SDVariable layer(String name, SDVariable x) {
    SDVariable qkv = linear(name + ".attention.self.qkv", x);
    SDVariable context = named(name + ".attention.self", attention(qkv));
    SDVariable mixed = dropped(linear(name + ".attention.output.dense", context));
    SDVariable attended = addLayerNorm(name + ".attention.output", mixed, x);

    String intermediate = name + ".intermediate";
    SDVariable wide =
        named(
            intermediate,
            new LinearGelu(
                graph,
                attended,
                weight(intermediate + ".dense.weight"),
                weight(intermediate + ".dense.bias"),
                dropout != null));
    SDVariable narrow = dropped(linear(name + ".output.dense", wide));
    return addLayerNorm(name + ".output", narrow, attended);
  }

  private SDVariable linear(String name, SDVariable x) {
    return named(name, new Linear(graph, x, weight(name + ".weight"), weight(name + ".bias")));
  }

  private SDVariable addLayerNorm(String name, SDVariable x, SDVariable residual) {
    SDVariable gamma = weight(name + ".LayerNorm.weight");
    SDVariable beta = weight(name + ".LayerNorm.bias");
    return named(name, new AddLayerNorm(graph, x, residual, gamma, beta, config.layerNormEps()));
  }

  private SDVariable weight(String name) {
    return graph.var(name, weights.get(name));
  }

  private static SDVariable named(String name, KernelOp op) {
    return op.outputVariables()[0].rename(name);
  }
}

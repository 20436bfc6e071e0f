package org.javatron.model;

import java.util.Map;
import org.javatron.ops.AddLayerNorm;
import org.javatron.ops.Attention;
import org.javatron.ops.Embeddings;
import org.javatron.ops.KernelOp;
import org.javatron.ops.L2Normalize;
import org.javatron.ops.Linear;
import org.javatron.ops.LinearGelu;
import org.javatron.ops.Pool;
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

  private final SameDiff graph = SameDiff.create();
  private final BertConfig config;
  private final Map<String, INDArray> weights;
  private final SDVariable offsets;

  private BertGraph(BertConfig config, Map<String, INDArray> weights) {
    this.config = config;
    this.weights = weights;
    this.offsets = graph.placeHolder(OFFSETS, DataType.INT32, -1);
  }

  /**
   * Builds the graph.
   *
   * @param config the sizes
   * @param weights arrays by variable name; used, not copied
   * @param pooling how a text's vector comes from its tokens'
   * @param normalize whether it is scaled to length 1
   * @return the graph, with the output {@link #VECTORS}
   */
  static SameDiff build(
      BertConfig config, Map<String, INDArray> weights, Pooling pooling, boolean normalize) {
    BertGraph bert = new BertGraph(config, weights);
    SDVariable hidden = bert.embeddings();
    for (int i = 0; i < config.layers(); i++) {
      hidden = bert.layer("encoder.layer." + i, hidden);
    }
    KernelOp last = new Pool(bert.graph, hidden, bert.offsets, pooling);
    if (normalize) {
      last = new L2Normalize(bert.graph, last.outputVariable());
    }
    last.outputVariable().rename(VECTORS);
    return bert.graph;
  }

  private SDVariable embeddings() {
    SDVariable ids = graph.placeHolder(TOKEN_IDS, DataType.INT32, -1);
    return named(
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
  }

  /** Attention, then the feed-forward block, each followed by "add what came in, normalise". */
  private SDVariable layer(String name, SDVariable x) {
    SDVariable qkv = linear(name + ".attention.self.qkv", x);
    SDVariable context =
        named(name + ".attention.self", new Attention(graph, qkv, offsets, config.heads()));
    SDVariable mixed = linear(name + ".attention.output.dense", context);
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
                false));
    SDVariable narrow = linear(name + ".output.dense", wide);
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
    return op.outputVariable().rename(name);
  }
}

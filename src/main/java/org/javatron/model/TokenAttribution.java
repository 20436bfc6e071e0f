package org.javatron.model;

import java.io.Closeable;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.javatron.kernels.KernelSettings;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Memory;
import org.javatron.model.BertGraph.DropoutRates;
import org.javatron.model.TokenBatch.BatchLimits;
import org.javatron.weights.BertConfig;
import org.javatron.weights.ModelManifest;
import org.javatron.weights.Pooling;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How much each token of a text moves a function f of the text's vector: "gradient times input".
 *
 * <pre>
 * attribution[t] = Σ_i  df / dw[t][i]  w[t][i]        w[t] the word embedding of token t, float32 [H]
 * </pre>
 *
 * <p>Scaling the embedding of one token by 1 + h changes f by about h times its attribution. It is
 * a slope at one place: it says what f would do if a token were a little stronger, not what it
 * would do without the token, and the attributions do not add up to f.
 *
 * <p>The gradient is training's, without dropout. Word embeddings are shared by equal tokens, and
 * so is their gradient in training; here each place of the text gets a row of its own in the
 * graph's table of words, and hence a gradient of its own.
 *
 * <p>Memory: the weights, and the activations of one text, all of which the backward pass needs.
 * Source: Denil et al. 2014, "Extraction of Salient Sentences from Labelled Documents". Not
 * thread-safe.
 */
public final class TokenAttribution implements Closeable {
  private static final String WORDS = "embeddings.word_embeddings.weight";

  private final BertConfig config;
  private final INDArray vocabulary;
  private final FloatBuffer embeddings;
  private final int maxTokens;
  private final Kernels<?> kernels;
  private final Parts<?> parts;

  private TokenAttribution(
      BertConfig config,
      ModelManifest manifest,
      Map<String, INDArray> weights,
      int maxTokens,
      KernelSettings settings) {
    this.config = config;
    this.maxTokens = maxTokens;
    vocabulary = weights.get(WORDS);
    embeddings = vocabulary.data().asNioFloat();
    Map<String, INDArray> ownRows = new HashMap<>(weights);
    ownRows.put(WORDS, Nd4j.create(DataType.FLOAT, maxTokens, config.hiddenSize()));
    SameDiff graph = graph(config, ownRows, manifest.pooling(), manifest.normalize());
    kernels = Kernels.open(settings, config.maxPositions());
    try {
      parts = new Parts<>(kernels, graph, ownRows, config, maxTokens);
    } catch (RuntimeException | Error e) { // such as too little memory for the activations
      kernels.close();
      throw e;
    }
  }

  /**
   * The graph with the gradient of its words behind it.
   *
   * @param weights as {@link WeightLoader} gives them, the words those of the text, place by place
   */
  static SameDiff graph(
      BertConfig config, Map<String, INDArray> weights, Pooling pooling, boolean normalize) {
    DropoutRates none = new DropoutRates(0, 0);
    return Differentiation.of(
        BertGraph.buildForTraining(config, weights, pooling, normalize, none),
        BertGraph.SURROGATE,
        List.of(WORDS));
  }

  /** What lives where the kernels compute. */
  private static final class Parts<A> implements Closeable {
    private final Memory<A> memory;
    private final Parameters<A> parameters;
    private final TokenBatch<A> batch;
    private final A vectorGradient;
    private final GraphExecutor<A> executor;
    private final int dim;

    Parts(
        Kernels<A> kernels,
        SameDiff graph,
        Map<String, INDArray> weights,
        BertConfig config,
        int maxTokens) {
      dim = config.hiddenSize();
      memory = kernels.memory();
      parameters = new Parameters<>(memory, weights);
      // Ids are places in the text.
      BatchLimits limits = new BatchLimits(maxTokens, 1, maxTokens, config.maxPositions());
      batch = new TokenBatch<>(memory, limits);
      vectorGradient = memory.allocate(Memory.Kind.FLOAT, 1, dim);
      Map<String, long[]> largest = new HashMap<>(limits.largestShapes());
      largest.put(BertGraph.VECTOR_GRADIENTS, new long[] {1, dim});
      Set<String> outputs = Set.of(BertGraph.VECTORS, Differentiation.gradient(WORDS));
      executor = new GraphExecutor<>(graph, parameters.arrays(), kernels, largest, outputs);
    }

    /** Begins a pass over a text whose words are these. */
    private GraphExecutor<A>.Pass begin(float[] words) {
      memory.put(parameters.get(WORDS), words, 0, words.length);
      int[] places = new int[words.length / dim];
      for (int i = 0; i < places.length; i++) {
        places[i] = i;
      }
      return executor.begin(batch.pack(List.of(places)));
    }

    float[] vector(float[] words) {
      float[] vector = new float[dim];
      memory.get(begin(words).until(BertGraph.VECTORS), vector, 0, dim);
      return vector;
    }

    float[] gradient(float[] words, float[] dVector) {
      memory.put(vectorGradient, dVector, 0, dim);
      GraphExecutor<A>.Pass pass = begin(words);
      pass.put(BertGraph.VECTOR_GRADIENTS, vectorGradient);
      pass.finish();
      float[] gradient = new float[words.length];
      memory.get(pass.get(Differentiation.gradient(WORDS)), gradient, 0, gradient.length);
      return gradient;
    }

    @Override
    public void close() {
      executor.close();
      batch.close();
      memory.free(vectorGradient);
      parameters.close();
    }
  }

  /**
   * Loads an encoder.
   *
   * @param directory config.json, model.safetensors and javatron.json of one encoder
   * @param maxTokens the most tokens of a text, [CLS] and [SEP] included; at most the model's
   *     positions
   * @param kernels which implementation of the ops, and how it computes; in float32 on a CPU
   * @return the encoder, to be closed by the caller
   * @throws IOException if a file cannot be read or is not what it should be; the message names
   *     file and tensor
   */
  public static TokenAttribution open(Path directory, int maxTokens, KernelSettings kernels)
      throws IOException {
    ModelManifest manifest = ModelManifest.read(directory);
    BertConfig config = BertConfig.read(directory.resolve("config.json"));
    Map<String, INDArray> weights =
        WeightLoader.load(directory.resolve("model.safetensors"), config);
    try {
      return new TokenAttribution(config, manifest, weights, maxTokens, kernels);
    } catch (RuntimeException | Error e) {
      WeightLoader.close(weights);
      throw e;
    }
  }

  /**
   * The length of a text's vector.
   *
   * @return the model's hidden size
   */
  public int dim() {
    return config.hiddenSize();
  }

  /**
   * Encodes a text.
   *
   * @param ids its token ids, [CLS] and [SEP] included
   * @return float32 [dim], within rounding what {@link Encoder} gives
   * @throws IllegalArgumentException if there are none or too many, or one is outside the
   *     vocabulary
   */
  public float[] vector(int[] ids) {
    return parts.vector(words(ids));
  }

  /**
   * What each token moves.
   *
   * @param ids the text's token ids, [CLS] and [SEP] included
   * @param dVector float32 [dim], the gradient of f with respect to the text's vector: for an inner
   *     product with another vector, that other vector
   * @return one attribution a token, in units of f
   * @throws IllegalArgumentException if there are no tokens or too many, or one is outside the
   *     vocabulary
   */
  public double[] attributions(int[] ids, float[] dVector) {
    float[] words = words(ids);
    float[] gradient = parts.gradient(words, dVector);
    double[] attributions = new double[ids.length];
    for (int i = 0; i < words.length; i++) {
      attributions[i / dim()] += (double) gradient[i] * words[i];
    }
    return attributions;
  }

  /** The embeddings of a text's tokens, one after the other. */
  private float[] words(int[] ids) {
    if (ids.length == 0 || ids.length > maxTokens) {
      throw new IllegalArgumentException(
          "a text should have 1 to " + maxTokens + " tokens, found " + ids.length);
    }
    float[] words = new float[ids.length * dim()];
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= config.vocabSize()) {
        throw new IllegalArgumentException(
            "token ids should be below " + config.vocabSize() + ", found " + ids[i]);
      }
      embeddings.get(ids[i] * dim(), words, i * dim(), dim());
    }
    return words;
  }

  /** Gives the memory back and ends the threads. */
  @Override
  public void close() {
    parts.close();
    vocabulary.close();
    kernels.close();
  }
}

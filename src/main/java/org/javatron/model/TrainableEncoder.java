package org.javatron.model;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.javatron.kernels.Kernels;
import org.javatron.weights.BertConfig;
import org.javatron.weights.ModelManifest;
import org.javatron.weights.Pooling;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A BERT encoder with its gradients: forward with dropout, then backward from the loss's gradient
 * with respect to the vectors.
 *
 * <pre>{@code
 * encoder.zeroGradients();
 * encoder.forward(sequences, keys, vectors, 0);
 * ... the loss and its gradient with respect to the vectors ...
 * encoder.backward(dVectors, 0);
 * ... change encoder.weights() by encoder.gradients() ...
 * }</pre>
 *
 * <p>The same batch gives the same bits at the same number of threads. Memory: weights, one
 * gradient each (a second where gradients of several passes are added up) and all activations of
 * the largest pass, stated by {@link #memoryBytes()}. Not thread-safe.
 */
public final class TrainableEncoder implements TextEncoder, Closeable {
  private final Path directory;
  private final BertConfig config;
  private final Pooling pooling;
  private final boolean normalize;
  private final Map<String, INDArray> weights;
  private final Kernels kernels;
  private final TokenBatch batch;
  private final INDArray dropoutKeys;
  private final INDArray vectorGradients;
  private final GraphExecutor training;
  private final TokenBatch inferenceBatch;
  private final GraphExecutor inference;
  private final Map<String, INDArray> sums = new LinkedHashMap<>();

  /** The pass whose activations wait for {@link #backward}; null if none does. */
  private GraphExecutor.Pass forward;

  private int sequences;

  /** The pass whose gradients stand in the executor's buffers, not added to the sums yet. */
  private GraphExecutor.Pass pending;

  private boolean summed;

  private TrainableEncoder(
      Path directory,
      BertConfig config,
      ModelManifest manifest,
      Map<String, INDArray> weights,
      TrainableOptions options) {
    this.directory = directory;
    this.config = config;
    this.weights = weights;
    pooling = Objects.requireNonNullElse(options.pooling(), manifest.pooling());
    normalize = Objects.requireNonNullElse(options.normalize(), manifest.normalize());
    int vocabulary = config.vocabSize();
    int positions = config.maxPositions();
    int count = options.maxSequences();
    int dim = config.hiddenSize();
    kernels = Kernels.open(options.kernels(), options.threads(), positions);
    batch = new TokenBatch(options.maxTokens(), count, vocabulary, positions);
    dropoutKeys = Nd4j.createUninitialized(DataType.INT64, count);
    vectorGradients = Nd4j.createUninitialized(DataType.FLOAT, count, dim);
    training = trainingExecutor(options);
    inferenceBatch =
        new TokenBatch(
            Math.max(EncoderOptions.DEFAULT_MAX_TOKENS_PER_BATCH, positions),
            vocabulary,
            positions);
    inference =
        new GraphExecutor(
            BertGraph.build(config, weights, pooling, normalize),
            kernels,
            inferenceBatch.largestShapes(),
            Set.of(BertGraph.VECTORS));
  }

  private GraphExecutor trainingExecutor(TrainableOptions options) {
    double hidden = Objects.requireNonNullElse(options.dropout(), config.hiddenDropout());
    double attention = Objects.requireNonNullElse(options.dropout(), config.attentionDropout());
    SameDiff graph =
        BertGraph.buildForTraining(
            config, weights, pooling, normalize, new BertGraph.DropoutRates(hidden, attention));
    Map<String, long[]> largest = new HashMap<>(batch.largestShapes());
    largest.put(BertGraph.DROPOUT_KEYS, dropoutKeys.shape());
    largest.put(BertGraph.VECTOR_GRADIENTS, vectorGradients.shape());
    Set<String> outputs = Differentiation.gradients(weights.keySet());
    outputs.add(BertGraph.VECTORS);
    SameDiff gradient = Differentiation.of(graph, BertGraph.SURROGATE, weights.keySet());
    return new GraphExecutor(gradient, kernels, largest, outputs);
  }

  /**
   * Loads an encoder to train.
   *
   * @param directory config.json, model.safetensors and javatron.json of one encoder
   * @param options how it runs
   * @return the encoder, to be closed by the caller
   * @throws IOException if a file cannot be read or is not what it should be; the message names
   *     file and tensor
   */
  public static TrainableEncoder open(Path directory, TrainableOptions options) throws IOException {
    ModelManifest manifest = ModelManifest.read(directory);
    BertConfig config = BertConfig.read(directory.resolve("config.json"));
    Map<String, INDArray> weights =
        WeightLoader.load(directory.resolve("model.safetensors"), config);
    try {
      return new TrainableEncoder(directory, config, manifest, weights, options);
    } catch (RuntimeException | Error e) { // such as too little memory for the activations
      weights.values().forEach(INDArray::close);
      throw e;
    }
  }

  @Override
  public int dim() {
    return config.hiddenSize();
  }

  @Override
  public int maxTokensPerBatch() {
    return Math.max(EncoderOptions.DEFAULT_MAX_TOKENS_PER_BATCH, config.maxPositions());
  }

  /**
   * The sizes of the model.
   *
   * @return config.json
   */
  public BertConfig config() {
    return config;
  }

  /**
   * Encodes a batch with dropout and keeps what {@link #backward} needs. Another forward pass
   * before that gives this one up.
   *
   * @param texts token ids of each text, [CLS] and [SEP] included
   * @param keys one per text; equal keys give equal dropout masks, whatever else is in the batch
   * @param vectors receives float32 [texts, dim]
   * @param offset where in {@code vectors} the first value goes
   * @throws IllegalArgumentException if the batch is larger than the options say, or a sequence is
   *     empty, too long or outside the vocabulary
   */
  public void forward(List<int[]> texts, long[] keys, float[] vectors, int offset) {
    addPending();
    Map<String, INDArray> placeholders = new HashMap<>(batch.pack(texts));
    sequences = texts.size();
    dropoutKeys.data().asNioLong().put(keys, 0, sequences);
    placeholders.put(BertGraph.DROPOUT_KEYS, TokenBatch.first(dropoutKeys, sequences));
    forward = training.begin(placeholders);
    INDArray result = forward.until(BertGraph.VECTORS);
    result.data().asNioFloat().get(0, vectors, offset, sequences * dim());
  }

  /**
   * Adds the gradients of the last forward pass to {@link #gradients()}.
   *
   * @param dVectors float32 [texts, dim], the loss's gradient with respect to the vectors
   * @param offset where its first value is
   * @throws IllegalStateException if there was no forward pass since the last backward one
   */
  public void backward(float[] dVectors, int offset) {
    if (forward == null) {
      throw new IllegalStateException("backward needs a forward pass before it");
    }
    vectorGradients.data().asNioFloat().put(dVectors, offset, sequences * dim());
    forward.put(BertGraph.VECTOR_GRADIENTS, TokenBatch.first(vectorGradients, sequences));
    forward.finish();
    pending = forward;
    forward = null;
  }

  /** The executor's buffers are used again by the next pass, so what is there is added up first. */
  private void addPending() {
    if (pending == null) {
      return;
    }
    for (String name : weights.keySet()) {
      INDArray gradient = pending.get(Differentiation.gradient(name));
      INDArray sum =
          sums.computeIfAbsent(
              name, n -> Nd4j.createUninitialized(DataType.FLOAT, gradient.shape()));
      if (summed) {
        kernels.add(sum, gradient, sum);
      } else {
        sum.assign(gradient);
      }
    }
    summed = true;
    pending = null;
  }

  /** Begins a new sum of gradients. */
  public void zeroGradients() {
    pending = null;
    summed = false;
  }

  /**
   * The sum of the gradients of all backward passes since {@link #zeroGradients()}.
   *
   * @return float32 arrays by the names of {@link #weights()}, to be read before the next forward
   *     pass; this object's own
   * @throws IllegalStateException if there was no backward pass
   */
  public Map<String, INDArray> gradients() {
    if (pending != null && !summed) {
      Map<String, INDArray> gradients = new LinkedHashMap<>();
      weights.keySet().forEach(n -> gradients.put(n, pending.get(Differentiation.gradient(n))));
      return gradients;
    }
    addPending();
    if (!summed) {
      throw new IllegalStateException("there are no gradients before a backward pass");
    }
    return sums;
  }

  /**
   * The parameters.
   *
   * @return float32 arrays by Hugging Face's names, except that query, key and value of a layer are
   *     stacked in that order as {@code attention.self.qkv}; the arrays the encoder computes with,
   *     to be changed in place
   */
  public Map<String, INDArray> weights() {
    return weights;
  }

  /**
   * Encodes without dropout, as the finished model will, keeping nothing. Gradients and a forward
   * pass that waits for its backward one are left alone.
   */
  @Override
  public void encode(List<int[]> texts, float[] out, int outOffset) {
    Objects.checkFromIndexSize(outOffset, texts.size() * dim(), out.length);
    if (texts.isEmpty()) {
      return;
    }
    INDArray result = inference.run(inferenceBatch.pack(texts)).get(BertGraph.VECTORS);
    result.data().asNioFloat().get(0, out, outOffset, texts.size() * dim());
  }

  /**
   * Takes the weights that {@link #save} wrote.
   *
   * @param saved a directory of this encoder, trained further
   * @throws IOException if it cannot be read or is of another model; the message names file and
   *     tensor
   */
  public void load(Path saved) throws IOException {
    Map<String, INDArray> other = WeightLoader.load(saved.resolve("model.safetensors"), config);
    try {
      other.forEach((name, array) -> weights.get(name).assign(array));
    } finally {
      other.values().forEach(INDArray::close);
    }
  }

  /**
   * Writes the encoder as a model directory: model.safetensors in float32 under Hugging Face's
   * names, the other files as they were where it was loaded from, javatron.json with the new
   * weights' hash.
   *
   * @param target an existing folder
   * @param queryMaxLength tokens of a query it was trained with, [CLS] and [SEP] included
   * @param passageMaxLength tokens of a passage
   * @param separator what joined title and text
   * @throws IOException if a file cannot be written
   */
  public void save(Path target, int queryMaxLength, int passageMaxLength, String separator)
      throws IOException {
    new ModelWriter(directory, config)
        .write(target, weights, pooling, normalize, queryMaxLength, passageMaxLength, separator);
  }

  /**
   * What the encoder holds outside the Java heap.
   *
   * @return bytes of weights, gradients, activations and scratch buffers; the second set of
   *     gradients that adding up several passes takes is counted too
   */
  public long memoryBytes() {
    long values = weights.values().stream().mapToLong(INDArray::length).sum();
    return 2 * values * Float.BYTES
        + training.bufferBytes()
        + inference.bufferBytes()
        + kernels.scratchBytes()
        + batch.bytes()
        + inferenceBatch.bytes()
        + vectorGradients.length() * Float.BYTES
        + dropoutKeys.length() * Long.BYTES;
  }

  /** Gives the memory back and ends the threads. */
  @Override
  public void close() {
    training.close();
    inference.close();
    kernels.close();
    batch.close();
    inferenceBatch.close();
    dropoutKeys.close();
    vectorGradients.close();
    sums.values().forEach(INDArray::close);
    weights.values().forEach(INDArray::close);
  }
}

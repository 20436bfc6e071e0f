package org.javatron.model;

import java.io.Closeable;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.javatron.kernels.AdamWStep;
import org.javatron.kernels.Kernels;
import org.javatron.model.BertGraph.DropoutRates;
import org.javatron.model.TokenBatch.BatchLimits;
import org.javatron.weights.BertConfig;
import org.javatron.weights.ModelManifest;
import org.javatron.weights.Pooling;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A BERT encoder with its gradients: forward with dropout, then backward from the loss's gradient
 * with respect to the vectors.
 *
 * <pre>{@code
 * encoder.zeroGradients();
 * encoder.forward(sequences, keys, vectors, 0);
 * ... the loss and its gradient with respect to the vectors ...
 * encoder.backward(dVectors, 0);
 * encoder.update(step);
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
  private final int inferenceTokens;
  private final Kernels<?> kernels;
  private final Parts<?> parts;

  /** What lives where the kernels compute. */
  private record Parts<A>(
      Parameters<A> parameters, TrainingPasses<A> training, Inference<A> inference) {}

  private TrainableEncoder(
      Path directory,
      BertConfig config,
      ModelManifest manifest,
      Map<String, INDArray> weights,
      TrainableOptions options) {
    this.directory = directory;
    this.config = config;
    pooling = Objects.requireNonNullElse(options.pooling(), manifest.pooling());
    normalize = Objects.requireNonNullElse(options.normalize(), manifest.normalize());
    inferenceTokens =
        Math.max(EncoderOptions.defaultMaxTokens(options.kernels().set()), config.maxPositions());
    kernels = Kernels.open(options.kernels(), config.maxPositions());
    try {
      parts = parts(kernels, weights, options);
    } catch (RuntimeException | Error e) {
      kernels.close();
      throw e;
    }
  }

  private <A> Parts<A> parts(
      Kernels<A> kernels, Map<String, INDArray> weights, TrainableOptions options) {
    double hidden = Objects.requireNonNullElse(options.dropout(), config.hiddenDropout());
    double attention = Objects.requireNonNullElse(options.dropout(), config.attentionDropout());
    DropoutRates rates = new DropoutRates(hidden, attention);
    SameDiff training =
        TrainingPasses.differentiated(
            BertGraph.buildForTraining(config, weights, pooling, normalize, rates),
            weights.keySet());
    SameDiff inference = BertGraph.build(config, weights, pooling, normalize);
    int vocabulary = config.vocabSize();
    int positions = config.maxPositions();
    BatchLimits pass =
        new BatchLimits(options.maxTokens(), options.maxSequences(), vocabulary, positions);
    BatchLimits batch = new BatchLimits(inferenceTokens, vocabulary, positions);
    Parameters<A> parameters = new Parameters<>(kernels.memory(), weights);
    kernels.largestPass(config, options.maxTokens());
    return new Parts<>(
        parameters,
        new TrainingPasses<>(kernels, training, parameters, pass, dim()),
        new Inference<>(kernels, inference, parameters, batch, dim()));
  }

  /**
   * Loads an encoder to train.
   *
   * @param directory config.json, model.safetensors and javatron.json of one encoder
   * @param options how it runs
   * @return the encoder, to be closed by the caller
   * @throws IOException if a file cannot be read or is not what it should be; the message names
   *     file and tensor
   * @throws IllegalArgumentException if the kernels do not serve the model's widths
   */
  public static TrainableEncoder open(Path directory, TrainableOptions options) throws IOException {
    ModelManifest manifest = ModelManifest.read(directory);
    BertConfig config = BertConfig.read(directory.resolve("config.json"));
    options.kernels().requireServing(config);
    Map<String, INDArray> weights =
        WeightLoader.load(directory.resolve("model.safetensors"), config);
    try {
      return new TrainableEncoder(directory, config, manifest, weights, options);
    } catch (RuntimeException | Error e) { // such as too little memory for the activations
      WeightLoader.close(weights);
      throw e;
    }
  }

  @Override
  public int dim() {
    return config.hiddenSize();
  }

  @Override
  public int maxTokensPerBatch() {
    return inferenceTokens;
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
    parts.training.forward(texts, keys, vectors, offset);
  }

  /**
   * Adds the gradients of the last forward pass to their sum.
   *
   * @param dVectors float32 [texts, dim], the loss's gradient with respect to the vectors
   * @param offset where its first value is
   * @throws IllegalStateException if there was no forward pass since the last backward one
   */
  public void backward(float[] dVectors, int offset) {
    parts.training.backward(dVectors, offset);
  }

  /** Begins a new sum of gradients. */
  public void zeroGradients() {
    parts.training.zeroGradients();
  }

  /**
   * The names of the parameters.
   *
   * @return Hugging Face's names, except that query, key and value of a layer are stacked in that
   *     order as {@code attention.self.qkv}
   */
  public Set<String> parameters() {
    return parts.parameters.arrays().keySet();
  }

  /**
   * The dimensions of a parameter.
   *
   * @param name one of {@link #parameters()}
   * @return its shape
   */
  public long[] shape(String name) {
    return parts.parameters.shape(name);
  }

  /**
   * A parameter.
   *
   * @param name one of {@link #parameters()}
   * @return its values, to be read before they change
   */
  public FloatBuffer weight(String name) {
    return parts.parameters.values(name);
  }

  /**
   * The sum of a parameter's gradients of all backward passes since {@link #zeroGradients()}.
   *
   * @param name one of {@link #parameters()}
   * @return its values, to be read before the next forward pass
   * @throws IllegalStateException if there was no backward pass
   */
  public FloatBuffer gradient(String name) {
    return parts.training.gradient(name);
  }

  /**
   * The square of the gradients' Euclidean norm, over all parameters together.
   *
   * @return the sum of squares, in float64; not finite if a gradient is not
   * @throws IllegalStateException if there was no backward pass
   */
  public double sumOfSquaredGradients() {
    return parts.training.sumOfSquaredGradients();
  }

  /**
   * Makes one step of AdamW with the gradients as they are; the states begin at 0.
   *
   * @param step the numbers for each parameter
   * @throws IllegalStateException if there was no backward pass
   */
  public void update(Function<String, AdamWStep> step) {
    parts.training.update(step);
  }

  /**
   * The optimiser's mean of a parameter's gradients.
   *
   * @param name one of {@link #parameters()}
   * @return its values, to be read before the next step
   */
  public FloatBuffer gradientMean(String name) {
    return parts.training.mean(name);
  }

  /**
   * The optimiser's mean of a parameter's squared gradients.
   *
   * @param name one of {@link #parameters()}
   * @return its values, to be read before the next step
   */
  public FloatBuffer gradientSquare(String name) {
    return parts.training.square(name);
  }

  /**
   * Sets what the optimiser keeps of a parameter, as a checkpoint has it.
   *
   * @param name one of {@link #parameters()}
   * @param mean as many values as the parameter has
   * @param square likewise
   */
  public void setOptimizerStates(String name, FloatBuffer mean, FloatBuffer square) {
    parts.training.setStates(name, mean, square);
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
    parts.inference.encode(texts, out, outOffset);
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
      parts.parameters.set(other);
    } finally {
      WeightLoader.close(other);
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
        .write(
            target,
            parts.parameters,
            pooling,
            normalize,
            queryMaxLength,
            passageMaxLength,
            separator);
  }

  /**
   * The GPU that computes, with its memory before the weights went there.
   *
   * @return a few words; empty where there is none
   */
  public Optional<String> gpu() {
    return kernels.gpu();
  }

  /**
   * What the encoder holds outside the Java heap, the optimiser's states aside.
   *
   * @return bytes of weights, gradients, activations and scratch buffers; the second set of
   *     gradients that adding up several passes takes is counted too
   */
  public long memoryBytes() {
    return 2 * parameterBytes()
        + parts.training.bytes()
        + parts.inference.bytes()
        + kernels.scratchBytes();
  }

  /**
   * What one value for each parameter takes: the weights, or one of the optimiser's two states.
   *
   * @return bytes
   */
  public long parameterBytes() {
    return parts.parameters.bytes();
  }

  /** Gives the memory back and ends the threads. */
  @Override
  public void close() {
    parts.training.close();
    parts.inference.close();
    parts.parameters.close();
    kernels.close();
  }
}

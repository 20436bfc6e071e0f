package org.javatron.model;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;
import org.javatron.kernels.Kernels;
import org.javatron.model.TokenBatch.BatchLimits;
import org.javatron.weights.BertConfig;
import org.javatron.weights.ModelLayout;
import org.javatron.weights.ModelManifest;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Turns tokenised texts into vectors: BERT over packed sequences, pooling and, where the model says
 * so, L2 normalisation.
 *
 * <p>Calls of {@link #encode} from several threads wait for each other; one call uses all threads
 * of its options.
 */
public final class Encoder implements TextEncoder, Closeable {
  /** Which text the encoder is for; the same weights serve both where a model is tied. */
  public enum Side {
    /** Questions. */
    QUERY,
    /** Passages of the collection. */
    PASSAGE
  }

  private final BertConfig config;
  private final ModelManifest manifest;
  private final int maxTokens;
  private final Kernels<?> kernels;
  private final Parts<?> parts;
  private boolean closed;

  /** What lives where the kernels compute. */
  private record Parts<A>(Parameters<A> parameters, Inference<A> inference) {}

  private Encoder(
      BertConfig config,
      ModelManifest manifest,
      Map<String, INDArray> weights,
      int maxTokens,
      boolean packWeights,
      IntFunction<Kernels<?>> opener) {
    this.config = config;
    this.manifest = manifest;
    this.maxTokens = maxTokens;
    kernels = opener.apply(config.maxPositions());
    try {
      if (packWeights) {
        kernels.packWeights();
      }
      parts = parts(kernels, weights);
    } catch (RuntimeException | Error e) {
      kernels.close();
      throw e;
    }
  }

  private <A> Parts<A> parts(Kernels<A> kernels, Map<String, INDArray> weights) {
    SameDiff graph = BertGraph.build(config, weights, manifest.pooling(), manifest.normalize());
    Parameters<A> parameters = new Parameters<>(kernels.memory(), weights);
    BatchLimits limits = new BatchLimits(maxTokens, config.vocabSize(), config.maxPositions());
    Inference<A> inference =
        new Inference<>(kernels, graph, parameters, limits, config.hiddenSize());
    return new Parts<>(parameters, inference);
  }

  /**
   * Loads a model.
   *
   * @param modelDirectory config.json, model.safetensors and javatron.json, as {@code convert}
   *     writes them; an untied model has two such directories in it, {@code query_model} and {@code
   *     passage_model}
   * @param side which of the two an untied model is asked for
   * @param options threads, batch size and kernels
   * @return the encoder, to be closed by the caller
   * @throws IOException if a file cannot be read or is not what it should be; the message names
   *     file and tensor
   * @throws IllegalArgumentException if a batch of that many tokens has activations of 2^31 values
   *     or more, which a Java buffer cannot hold; before anything is loaded, if {@link
   *     Kernels#require} says so or the kernels do not serve the model's widths
   */
  public static Encoder open(Path modelDirectory, Side side, EncoderOptions options)
      throws IOException {
    Kernels.require(options.kernels());
    return open(modelDirectory, side, options, longest -> Kernels.open(options.kernels(), longest));
  }

  /** Likewise with kernels made by the caller, given the longest sequence; the encoder's then. */
  static Encoder open(
      Path modelDirectory, Side side, EncoderOptions options, IntFunction<Kernels<?>> opener)
      throws IOException {
    Path directory = sideDirectory(modelDirectory, side);
    ModelManifest manifest = ModelManifest.read(directory);
    BertConfig config = BertConfig.read(directory.resolve("config.json"));
    options.kernels().requireServing(config);
    int maxTokens = maxTokens(config, options);
    Map<String, INDArray> weights =
        WeightLoader.load(directory.resolve("model.safetensors"), config);
    try {
      return new Encoder(config, manifest, weights, maxTokens, options.packWeights(), opener);
    } catch (RuntimeException | Error e) { // such as too little memory for the activations
      WeightLoader.close(weights);
      throw e;
    }
  }

  /** Tokens of the largest batch: as asked for, but any one text must fit. */
  private static int maxTokens(BertConfig config, EncoderOptions options) {
    int widest = Math.max(3 * config.hiddenSize(), config.intermediateSize());
    int most = Integer.MAX_VALUE / widest;
    int wanted = Math.max(options.maxTokensPerBatch(), config.maxPositions());
    if (wanted > most) {
      throw new IllegalArgumentException(
          "a batch of " + wanted + " tokens is too large for this model: at most " + most);
    }
    return wanted;
  }

  /**
   * Where a side's weights and vocabulary are.
   *
   * @param modelDirectory the model, tied or untied
   * @param side which of an untied model's two encoders
   * @return {@code query_model} or {@code passage_model} in it if the model is untied, else the
   *     directory
   */
  public static Path sideDirectory(Path modelDirectory, Side side) {
    return side == Side.QUERY
        ? ModelLayout.queryEncoder(modelDirectory)
        : ModelLayout.passageEncoder(modelDirectory);
  }

  /**
   * The length of a text's vector.
   *
   * @return the model's hidden size
   */
  @Override
  public int dim() {
    return config.hiddenSize();
  }

  /**
   * The longest sequence the model has positions for.
   *
   * @return tokens, [CLS] and [SEP] included
   */
  public int maxPositions() {
    return config.maxPositions();
  }

  /**
   * The most tokens one call of {@link #encode} takes.
   *
   * @return tokens of all sequences together, at least {@link #maxPositions()}
   */
  @Override
  public int maxTokensPerBatch() {
    return maxTokens;
  }

  /**
   * How the model is to be used.
   *
   * @return javatron.json
   */
  public ModelManifest manifest() {
    return manifest;
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
   * The GPU that computes, with its memory before the weights went there.
   *
   * @return a few words; empty where there is none
   */
  public Optional<String> gpu() {
    return kernels.gpu();
  }

  /**
   * What the encoder holds outside the Java heap from its opening to its end; encoding adds nothing
   * that grows.
   *
   * @return bytes of weights, activations and scratch buffers
   */
  public long memoryBytes() {
    return parts.parameters.bytes() + parts.inference.bytes() + kernels.scratchBytes();
  }

  /**
   * What the encoder holds on the Java heap from its opening to its end, beside small change.
   *
   * @return bytes of packed weights, 0 without
   */
  public long heapBytes() {
    return kernels.heapBytes();
  }

  /**
   * Encodes a batch. A text's vector does not depend on the batch it is in, beyond rounding (below
   * 1e-6); the same batch gives the same bits at the same number of threads.
   *
   * @param sequences token ids of each text, [CLS] and [SEP] included; 1 to {@link #maxPositions()}
   *     each, at most {@link #maxTokensPerBatch()} together
   * @param out receives float32 [sequences, dim], row by row, in order
   * @param outOffset where in {@code out} the first value goes
   * @throws IllegalArgumentException if a sequence is empty or too long, an id is outside the
   *     vocabulary or the batch is too large; nothing is written then
   * @throws IndexOutOfBoundsException if {@code out} is too small
   */
  @Override
  public synchronized void encode(List<int[]> sequences, float[] out, int outOffset) {
    if (closed) {
      throw new IllegalStateException("the encoder is closed");
    }
    int values = Math.multiplyExact(sequences.size(), dim());
    Objects.checkFromIndexSize(outOffset, values, out.length);
    if (sequences.isEmpty()) {
      return;
    }
    parts.inference.encode(sequences, out, outOffset);
  }

  /** Gives the memory back and ends the threads. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      parts.inference.close();
      parts.parameters.close();
      kernels.close();
    }
  }
}

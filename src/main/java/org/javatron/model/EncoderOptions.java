package org.javatron.model;

import java.util.Objects;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;

/**
 * How an {@link Encoder} runs; nothing here changes what it computes beyond rounding.
 *
 * @param maxTokensPerBatch the most tokens of all sequences of one call together; sets the size of
 *     the activations in memory. On a CPU, what a layer works on should stay in the last cache, so
 *     much larger batches bring nothing; a GPU wants {@link #GPU_MAX_TOKENS_PER_BATCH}
 * @param kernels which implementation of the ops, and how it computes
 * @param packWeights whether the CPU kernels keep the layers' weights a second time, on the heap,
 *     in the order that few tokens want: for queries that come one at a time
 */
public record EncoderOptions(int maxTokensPerBatch, KernelSettings kernels, boolean packWeights) {
  /** Tokens per batch unless told otherwise. */
  public static final int DEFAULT_MAX_TOKENS_PER_BATCH = 2048;

  /** Tokens per batch on a GPU, where few of them leave most of it idle. */
  public static final int GPU_MAX_TOKENS_PER_BATCH = 32_768;

  /**
   * Options that make sense.
   *
   * @param maxTokensPerBatch as above
   * @param kernels as above
   * @param packWeights as above
   * @throws IllegalArgumentException if a number is below 1
   */
  public EncoderOptions {
    Objects.requireNonNull(kernels, "kernels");
    if (maxTokensPerBatch < 1) {
      throw new IllegalArgumentException(
          "max tokens per batch must be at least 1, got " + maxTokensPerBatch);
    }
  }

  /**
   * Options without packed weights.
   *
   * @param maxTokensPerBatch as above
   * @param kernels which implementation of the ops, and how it computes
   */
  public EncoderOptions(int maxTokensPerBatch, KernelSettings kernels) {
    this(maxTokensPerBatch, kernels, false);
  }

  /**
   * These options for texts that come one at a time.
   *
   * @return a copy that packs the weights
   */
  public EncoderOptions withPackedWeights() {
    return new EncoderOptions(maxTokensPerBatch, kernels, true);
  }

  /**
   * Options in float32.
   *
   * @param threads threads of the CPU kernels, the caller's included; at least 1
   * @param maxTokensPerBatch as above
   * @param kernels which implementation of the ops
   * @throws IllegalArgumentException if a number is below 1
   */
  public EncoderOptions(int threads, int maxTokensPerBatch, KernelSet kernels) {
    this(maxTokensPerBatch, new KernelSettings(kernels, threads));
  }

  /**
   * All processors of the machine, 2,048 tokens a batch, the CPU kernels.
   *
   * @return the defaults
   */
  public static EncoderOptions defaults() {
    return new EncoderOptions(
        Runtime.getRuntime().availableProcessors(), DEFAULT_MAX_TOKENS_PER_BATCH, KernelSet.CPU);
  }

  /**
   * How many tokens a batch should have.
   *
   * @param kernels what computes
   * @return 2,048, or 32,768 on a GPU
   */
  public static int defaultMaxTokens(KernelSet kernels) {
    return kernels == KernelSet.CUDA ? GPU_MAX_TOKENS_PER_BATCH : DEFAULT_MAX_TOKENS_PER_BATCH;
  }
}

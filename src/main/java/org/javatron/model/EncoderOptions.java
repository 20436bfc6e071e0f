package org.javatron.model;

import java.util.Objects;
import org.javatron.kernels.KernelSet;

/**
 * How an {@link Encoder} runs; nothing here changes what it computes beyond rounding.
 *
 * @param threads threads that compute, the caller's included; at least 1
 * @param maxTokensPerBatch the most tokens of all sequences of one call together; sets the size of
 *     the activations in memory. What a layer works on should stay in the CPU's last cache, so much
 *     larger batches bring nothing
 * @param kernels which implementation of the ops
 */
public record EncoderOptions(int threads, int maxTokensPerBatch, KernelSet kernels) {
  /** Tokens per batch unless told otherwise. */
  public static final int DEFAULT_MAX_TOKENS_PER_BATCH = 2048;

  /**
   * Options that make sense.
   *
   * @param threads as above
   * @param maxTokensPerBatch as above
   * @param kernels as above
   * @throws IllegalArgumentException if a number is below 1
   */
  public EncoderOptions {
    Objects.requireNonNull(kernels, "kernels");
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, got " + threads);
    }
    if (maxTokensPerBatch < 1) {
      throw new IllegalArgumentException(
          "max tokens per batch must be at least 1, got " + maxTokensPerBatch);
    }
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
}

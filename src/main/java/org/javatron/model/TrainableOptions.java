package org.javatron.model;

import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.kernels.Precision;
import org.javatron.weights.Pooling;

/**
 * How a {@link TrainableEncoder} runs and what it trains.
 *
 * @param kernels which implementation of the ops, and how it computes
 * @param maxTokens the most tokens of all sequences of one forward pass; sets the memory for
 *     activations, all of which are kept for the backward pass
 * @param maxSequences the most sequences of one forward pass; at least 1
 * @param pooling how a text's vector comes from its tokens'; null for what javatron.json says
 * @param normalize whether vectors are scaled to length 1; null for what javatron.json says
 * @param dropout probability of dropout, on hidden states and attention alike; null for what
 *     config.json says
 */
public record TrainableOptions(
    KernelSettings kernels,
    int maxTokens,
    int maxSequences,
    Pooling pooling,
    Boolean normalize,
    Double dropout) {
  /** What is said where it is asked otherwise. */
  public static final String FP32_ON_A_CPU =
      "train on a CPU computes in fp32: --precision bf16 is for encode there, and for --kernels"
          + " cuda";

  /**
   * Options that make sense.
   *
   * @param kernels as above
   * @param maxTokens as above
   * @param maxSequences as above
   * @param pooling as above
   * @param normalize as above
   * @param dropout as above
   * @throws IllegalArgumentException if a number is below 1, dropout is not in [0, 1), or the CPU
   *     kernels are to compute in less than float32, which they cannot backwards
   */
  public TrainableOptions {
    if (kernels.set() == KernelSet.CPU && kernels.precision() != Precision.FP32) {
      throw new IllegalArgumentException(FP32_ON_A_CPU);
    }
    if (maxTokens < 1 || maxSequences < 1) {
      throw new IllegalArgumentException(
          "tokens and sequences must be at least 1, got " + maxTokens + " and " + maxSequences);
    }
    if (dropout != null && !(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout must be at least 0 and below 1, got " + dropout);
    }
  }
}

package org.javatron.kernels;

import java.util.Objects;

/**
 * Which kernels compute, and how.
 *
 * @param set the implementation
 * @param precision how activations are kept; anything but FP32 needs {@link KernelSet#CUDA}
 * @param threads threads of the CPU kernels, the caller's included; at least 1
 */
public record KernelSettings(KernelSet set, Precision precision, int threads) {
  /**
   * Settings that make sense.
   *
   * @param set as above
   * @param precision as above
   * @param threads as above
   * @throws IllegalArgumentException if threads are below 1 or the set has no such precision
   */
  public KernelSettings {
    Objects.requireNonNull(set, "set");
    Objects.requireNonNull(precision, "precision");
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, got " + threads);
    }
    if (set != KernelSet.CUDA && precision != Precision.FP32) {
      throw new IllegalArgumentException(
          "%s is for the cuda kernels, the %s kernels compute in fp32"
              .formatted(precision, set)
              .toLowerCase(java.util.Locale.ROOT));
    }
  }

  /**
   * Settings in float32.
   *
   * @param set the implementation
   * @param threads threads of the CPU kernels
   */
  public KernelSettings(KernelSet set, int threads) {
    this(set, Precision.FP32, threads);
  }
}

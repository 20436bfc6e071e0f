package org.javatron.kernels;

import java.util.Locale;
import java.util.Objects;
import org.javatron.weights.BertConfig;

/**
 * Which kernels compute, and how.
 *
 * @param set the implementation
 * @param precision how activations are kept: the CPU kernels have FP32 and, without gradients,
 *     BF16, the reference FP32 and FP16, CUDA all
 * @param threads threads of the CPU kernels, the caller's included; at least 1
 * @param profile gets the time of each op; null for none; not with CUDA
 */
public record KernelSettings(KernelSet set, Precision precision, int threads, OpProfile profile) {
  /**
   * Settings that make sense.
   *
   * @param set as above
   * @param precision as above
   * @param threads as above
   * @param profile as above
   * @throws IllegalArgumentException if threads are below 1, the set has no such precision or it
   *     cannot be profiled
   */
  public KernelSettings {
    Objects.requireNonNull(set, "set");
    Objects.requireNonNull(precision, "precision");
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, got " + threads);
    }
    if (!has(set, precision)) {
      throw new IllegalArgumentException(
          "the %s kernels do not compute in %s".formatted(set, precision).toLowerCase(Locale.ROOT));
    }
    if (profile != null && set == KernelSet.CUDA) {
      throw new IllegalArgumentException(
          "--profile times kernels on processors; those of a GPU are timed by NVIDIA's nsys");
    }
  }

  /**
   * Makes sure, before anything is loaded, that the kernels serve a model of these widths.
   *
   * @param config the model's sizes
   * @throws IllegalArgumentException if they do not; the message says what would
   */
  public void requireServing(BertConfig config) {
    if (set == KernelSet.CUDA) {
      CudaWidths.require(config.hiddenSize(), config.intermediateSize(), config.heads());
    }
  }

  private static boolean has(KernelSet set, Precision precision) {
    return switch (set) {
      case CUDA -> true;
      case REFERENCE -> precision != Precision.BF16;
      case CPU -> precision != Precision.FP16;
    };
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

  /**
   * Settings without a profile.
   *
   * @param set the implementation
   * @param precision how activations are kept
   * @param threads threads of the CPU kernels
   */
  public KernelSettings(KernelSet set, Precision precision, int threads) {
    this(set, precision, threads, null);
  }
}

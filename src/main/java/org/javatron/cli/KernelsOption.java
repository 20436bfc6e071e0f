package org.javatron.cli;

import java.util.Locale;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.kernels.Precision;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** {@code --kernels}, {@code --precision} and {@code --threads}: what computes, and how. */
final class KernelsOption {
  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Mixin private ThreadsOption threads;

  @Option(
      names = "--kernels",
      defaultValue = "cpu",
      paramLabel = "SET",
      description =
          "What computes the model: cpu, cuda (an NVIDIA GPU, see docs/gpu.md), or reference, slow"
              + " and plain (default: ${DEFAULT-VALUE}).")
  private KernelSet set;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      description =
          "What activations are kept in: fp32, or with --kernels cuda bf16 or fp16 (default: fp32,"
              + " with --kernels cuda bf16).")
  private Precision precision;

  /** The settings, if they go together. */
  KernelSettings checked() {
    int count = threads.checked();
    Precision kept = precision;
    if (kept == null) {
      kept = set == KernelSet.CUDA ? Precision.BF16 : Precision.FP32;
    }
    if (set != KernelSet.CUDA && kept != Precision.FP32) {
      throw new ParameterException(
          spec.commandLine(),
          "--precision %s goes with --kernels cuda".formatted(kept).toLowerCase(Locale.ROOT));
    }
    return new KernelSettings(set, kept, count);
  }
}

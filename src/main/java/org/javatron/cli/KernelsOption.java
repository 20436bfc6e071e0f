package org.javatron.cli;

import org.javatron.kernels.Device;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.kernels.Nd4jCuda;
import org.javatron.kernels.OpProfile;
import org.javatron.kernels.Precision;
import org.javatron.kernels.RowMath;
import org.javatron.kernels.ScalarRowMath;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/**
 * {@code --device}, {@code --kernels}, {@code --precision}, {@code --threads} and {@code
 * --profile}: what computes, and how.
 */
final class KernelsOption {
  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Mixin private ThreadsOption threads;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description =
          "Where the model is computed: cpu, or cuda, an NVIDIA GPU, see docs/gpu.md (default: where"
              + " the kernels are).")
  private Device device;

  @Option(
      names = "--kernels",
      paramLabel = "SET",
      description =
          "What computes the model: cpu, cuda, or reference, slow and plain (default: cpu, with"
              + " --device cuda cuda; in the build for GPUs by ND4J alone reference).")
  private KernelSet set;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      description =
          "What activations are multiplied or kept in: fp32, with --kernels reference also fp16,"
              + " with --kernels cuda also bf16 or fp16; encode on a CPU with AVX-512 BF16"
              + " also has bf16 (default: fp32, with --kernels cuda bf16).")
  private Precision precision;

  @Option(
      names = "--profile",
      description =
          "At the end, print on standard error which op took how long (not with --kernels cuda).")
  private boolean profile;

  /** The settings, if they go together; says on standard error which GPU ND4J computes on. */
  KernelSettings checked() {
    int count = threads.checked();
    Device nd4j = Device.ofNd4j();
    try {
      KernelSet kernels = Device.kernels(device, set, nd4j);
      Precision kept = precision;
      if (kept == null) {
        kept = kernels == KernelSet.CUDA ? Precision.BF16 : Precision.FP32;
      }
      KernelSettings settings =
          new KernelSettings(kernels, kept, count, profile ? new OpProfile() : null);
      if (kernels == KernelSet.CPU && RowMath.fastest() instanceof ScalarRowMath) {
        spec.commandLine()
            .getErr()
            .println(
                "note: this Java was started without the module jdk.incubator.vector, so what stands"
                    + " between the matrix products is computed value by value, several times slower");
      }
      if (nd4j == Device.CUDA) {
        spec.commandLine().getErr().println("ND4J computes on " + Nd4jCuda.check());
      }
      return settings;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** Prints the profile, if one was asked for. */
  void printProfile(KernelSettings settings) {
    if (settings.profile() != null) {
      spec.commandLine().getErr().print(settings.profile().table());
      spec.commandLine().getErr().flush();
    }
  }
}

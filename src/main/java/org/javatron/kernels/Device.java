package org.javatron.kernels;

import java.util.Locale;

/** What a model is computed on. */
public enum Device {
  /** The machine's processors. */
  CPU,
  /** An NVIDIA GPU. */
  CUDA;

  /**
   * What ND4J's arrays are computed on, which is a matter of the build: one of its backends is on
   * the class path. Starts nothing.
   *
   * @return the backend's device
   */
  public static Device ofNd4j() {
    return Nd4jCuda.onClassPath() ? CUDA : CPU;
  }

  /**
   * The kernels that serve a wish, on the build at hand.
   *
   * @param device where to compute; null for wherever the kernels do
   * @param kernels which kernels; null for the fastest that suit
   * @param nd4j what ND4J computes on
   * @return the kernels
   * @throws IllegalArgumentException if nothing suits; the message says what would
   */
  public static KernelSet kernels(Device device, KernelSet kernels, Device nd4j) {
    return nd4j == CUDA ? kernelsOnCuda(device, kernels) : kernelsOnCpu(device, kernels);
  }

  private static KernelSet kernelsOnCuda(Device device, KernelSet kernels) {
    if (device == CPU) {
      throw new IllegalArgumentException(
          "this build computes on the GPU with ND4J's CUDA backend; for --device cpu take the usual"
              + " build (scripts/javatron without JAVATRON_BACKEND)");
    }
    if (kernels != null && kernels != KernelSet.REFERENCE) {
      throw new IllegalArgumentException(
          "the "
              + name(kernels)
              + " kernels are in the usual build, not in the one with ND4J's CUDA backend, which has"
              + " --kernels reference");
    }
    return KernelSet.REFERENCE;
  }

  private static KernelSet kernelsOnCpu(Device device, KernelSet kernels) {
    if (device == CPU && kernels == KernelSet.CUDA) {
      throw new IllegalArgumentException("--kernels cuda computes on a GPU, not with --device cpu");
    }
    if (device == CUDA && kernels != null && kernels != KernelSet.CUDA) {
      throw new IllegalArgumentException(
          "--kernels "
              + name(kernels)
              + (kernels == KernelSet.REFERENCE
                  ? " on a GPU needs the build with ND4J's CUDA backend: JAVATRON_BACKEND=cuda"
                      + " scripts/javatron makes and runs it"
                  : " computes on the processors, not with --device cuda")
              + "; --kernels cuda runs on the GPU from this build");
    }
    if (kernels != null) {
      return kernels;
    }
    return device == CUDA ? KernelSet.CUDA : KernelSet.CPU;
  }

  private static String name(KernelSet kernels) {
    return kernels.name().toLowerCase(Locale.ROOT);
  }
}

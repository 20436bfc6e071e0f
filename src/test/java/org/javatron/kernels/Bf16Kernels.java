package org.javatron.kernels;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The CPU kernels in bfloat16 for tests, on processors with and without its instructions. */
public final class Bf16Kernels {
  private Bf16Kernels() {}

  /** The kernels with products in plain Java, for any processor. */
  public static Kernels<INDArray> withReferenceProducts(int threads, int longestSequence) {
    return new CpuKernels(threads, longestSequence, new ReferenceProducts());
  }

  /** What Linux says of the processor, so that a test knows it from elsewhere than the program. */
  public static boolean processorHasThem() throws IOException {
    Path said = Path.of("/proc/cpuinfo");
    return Files.exists(said) && Files.readString(said, UTF_8).contains(" avx512_bf16");
  }
}

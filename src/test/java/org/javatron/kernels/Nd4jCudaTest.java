package org.javatron.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.javatron.kernels.Nd4jCuda.Gpu;
import org.javatron.kernels.Nd4jCuda.Release;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which GPUs ND4J's CUDA backend is let onto; no GPU is needed to know. */
class Nd4jCudaTest {
  private static Optional<String> refusal(String name, int capability, Release release) {
    return Nd4jCuda.refusal(new Gpu(name, capability, 80L << 30), release);
  }

  @ParameterizedTest
  @CsvSource({
    "37, CUDA_11_6", "70, CUDA_11_6", "75, CUDA_11_6", "80, CUDA_11_6", "86, CUDA_11_6",
    "89, CUDA_11_6", "35, CUDA_11_2", "80, CUDA_11_2", "90, CUDA_11_2", "120, CUDA_11_2",
  })
  void gpusWithCode(int capability, Release release) {
    assertEquals(Optional.empty(), refusal("GPU", capability, release));
  }

  @ParameterizedTest
  @CsvSource({"NVIDIA H100, 90, has 9.0", "NVIDIA B200, 100, has 10.0", "RTX 5090, 120, has 12.0"})
  void newerOnesAreSentToOurOwnKernels(String name, int capability, String part) {
    String sentence = refusal(name, capability, Release.CUDA_11_6).orElseThrow();
    assertTrue(sentence.contains(name + " " + part), sentence);
    assertTrue(sentence.contains("3.7 to 8.9"), sentence);
    assertTrue(sentence.endsWith("take the usual build and --kernels cuda"), sentence);
  }

  @ParameterizedTest
  @CsvSource({"35, CUDA_11_6", "30, CUDA_11_2"})
  void olderOnesAreSentToTheProcessors(int capability, Release release) {
    String sentence = refusal("Tesla", capability, release).orElseThrow();
    assertTrue(sentence.endsWith("take the usual build, on the processors"), sentence);
  }

  @Test
  void theLimitIsStated() {
    Gpu gpu = new Gpu("NVIDIA A100", 80, 40L << 30);
    assertEquals(
        "NVIDIA A100 (compute capability 8.0), 40960 MB, of which it may take 35840 MB, and 8192 MB"
            + " outside Java's heap",
        Nd4jCuda.describe(gpu, Long.toString(35L << 30), 8L << 30));
    assertEquals(
        "NVIDIA A100 (compute capability 8.0), 40960 MB, all of which it may take",
        Nd4jCuda.describe(gpu, null, 0));
  }
}

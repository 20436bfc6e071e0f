package org.javatron.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which GPUs are taken, and what is said of them; no GPU is needed to know. */
class CudaDeviceTest {
  @ParameterizedTest
  @ValueSource(ints = {75, 80, 86, 89, 90, 100, 120})
  void fromTuringOn(int capability) {
    assertEquals(Optional.empty(), CudaDevice.refusal("GPU", capability));
  }

  @Test
  void olderOnesAreRefused() {
    assertEquals(
        Optional.of(
            "Tesla V100 has compute capability 7.0; Javatron's kernels need 7.5 or more: take"
                + " --device cpu"),
        CudaDevice.refusal("Tesla V100", 70));
  }

  @Test
  void theGpuAndItsMemoryAreStated() {
    assertEquals(
        "NVIDIA H200 (compute capability 9.0), 143360 MB, of which 142336 MB are free",
        CudaDevice.describe("NVIDIA H200", 90, 140L << 30, 139L << 30));
  }
}

package org.javatron.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which kernels a wish leads to, on a build for each device. */
class DeviceTest {
  @ParameterizedTest
  @CsvSource({
    "     ,          , CPU,  CPU",
    "     , REFERENCE, CPU,  REFERENCE",
    "     , CUDA     , CPU,  CUDA",
    "CPU  ,          , CPU,  CPU",
    "CPU  , REFERENCE, CPU,  REFERENCE",
    "CUDA ,          , CPU,  CUDA",
    "CUDA , CUDA     , CPU,  CUDA",
    "     ,          , CUDA, REFERENCE",
    "CUDA ,          , CUDA, REFERENCE",
    "CUDA , REFERENCE, CUDA, REFERENCE",
  })
  void whatSuits(Device device, KernelSet kernels, Device nd4j, KernelSet expected) {
    assertEquals(expected, Device.kernels(device, kernels, nd4j));
  }

  @ParameterizedTest
  @CsvSource({
    "CPU ,  CUDA     , CPU,  --kernels cuda computes on a GPU",
    "CUDA,  CPU      , CPU,  --kernels cpu computes on the processors",
    "CUDA,  REFERENCE, CPU,  JAVATRON_BACKEND=cuda scripts/javatron makes and runs it",
    "CPU ,           , CUDA, for --device cpu take the usual build",
    "    ,  CPU      , CUDA, the cpu kernels are in the usual build",
    "CUDA,  CUDA     , CUDA, the cuda kernels are in the usual build",
  })
  void whatDoesNotSaysWhatWould(Device device, KernelSet kernels, Device nd4j, String part) {
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> Device.kernels(device, kernels, nd4j));
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }
}

package org.javatron.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What is said where CUDA or a part of it is missing. */
class CudaLibrariesTest {
  private static String sentence(String linker) {
    Throwable cause = new UnsatisfiedLinkError(linker);
    return CudaLibraries.sentence(new ExceptionInInitializerError(cause));
  }

  @Test
  void eachMissingPartHasItsSentence() {
    assertEquals(
        "no NVIDIA driver: libcuda.so.1 was not found on this machine",
        sentence(
            "/x/libjnicudart.so: libcuda.so.1: cannot open shared object file: No such file or"
                + " directory"));
    assertEquals(
        "libcublasLt.so.13 of CUDA 13 was not found: install it, or name its folder in"
            + " LD_LIBRARY_PATH",
        sentence(
            "/x/libjnicublas.so: libcublasLt.so.13: cannot open shared object file: No such file or"
                + " directory"));
    assertTrue(
        sentence("no jnicudart in java.library.path: /lib").contains("build with -Pcublaslt"));
  }

  @Test
  void aMachineWithoutAGpuSaysSoEachTime() {
    for (int i = 0; i < 2; i++) {
      try {
        CudaDevice.open().close();
      } catch (CudaException e) {
        assertTrue(
            e.getMessage().matches("(no NVIDIA driver|no GPU|lib.*was not found|the bindings).*"),
            e.getMessage());
      }
    }
  }
}

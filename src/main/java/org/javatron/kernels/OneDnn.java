package org.javatron.kernels;

import java.util.function.Supplier;
import org.bytedeco.dnnl.global.dnnl;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * oneDNN, Intel's library of neural networks' primitives, as far as all of it goes: whether this
 * machine can use it, its errors, its threads.
 *
 * <p>oneDNN settles when a primitive is made how many threads will run it, by OpenMP's setting on
 * the thread that makes it. Here each product runs on the thread that asks for it, as with {@link
 * Blas}; so primitives are made while that setting is 1. Two pools of threads that both spin while
 * they wait would take the cores from each other.
 */
final class OneDnn {
  private static final String ADVICE = "; leave --precision out, which computes in fp32";

  private OneDnn() {}

  /**
   * Makes sure that this machine multiplies in bfloat16 faster than in float32. Loads the library.
   *
   * @throws IllegalArgumentException if not; the message says what is missing
   */
  static void requireBf16() {
    int isa;
    try {
      Nd4j.factory().blas(); // first, so that both use the OpenMP library that ND4J brings
      isa = dnnl.dnnl_get_effective_cpu_isa();
    } catch (LinkageError e) {
      throw new IllegalArgumentException(
          "--precision bf16 on a CPU needs the library oneDNN, which cannot be loaded here (this"
              + " build has it for Linux on x86-64)"
              + ADVICE,
          e);
    }
    requireBf16(isa);
  }

  /**
   * Likewise, given what oneDNN says of the processor. Others emulate bfloat16, or it refuses.
   *
   * @param isa one of dnnl_cpu_isa_t, whose bits include those of each lesser one
   */
  static void requireBf16(int isa) {
    if ((isa & dnnl.dnnl_cpu_isa_avx512_core_bf16) != dnnl.dnnl_cpu_isa_avx512_core_bf16) {
      throw new IllegalArgumentException(
          "--precision bf16 on a CPU needs the instructions AVX-512 BF16 (avx512_bf16 in"
              + " /proc/cpuinfo), which this one lacks or ONEDNN_MAX_CPU_ISA hides"
              + ADVICE);
    }
  }

  /** Turns an error code into an exception. */
  static void check(int status, String what) {
    if (status == dnnl.dnnl_out_of_memory) {
      throw new OutOfMemoryError("no memory for oneDNN's " + what);
    }
    if (status != dnnl.dnnl_success) {
      throw new IllegalStateException("oneDNN: status " + status + " from " + what);
    }
  }

  /** Runs something while OpenMP has one thread for whatever the calling thread starts. */
  static <T> T singleThreaded(Supplier<T> work) {
    NativeOps openMp = NativeOpsHolder.getInstance().getDeviceNativeOps();
    int before = openMp.ompGetMaxThreads();
    openMp.setOmpNumThreads(1);
    try {
      return work.get();
    } finally {
      openMp.setOmpNumThreads(before);
    }
  }
}

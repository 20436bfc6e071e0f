package org.javatron.kernels;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * Whether ND4J's CUDA backend can run here, found out before ND4J starts: on a GPU that it has no
 * machine code for, ND4J fails at the first kernel with an error about images.
 */
public final class Nd4jCuda {
  private static final String BACKEND = "org.nd4j.linalg.jcublas.JCublasBackend";

  /** A GPU as CUDA describes it; capability 80 stands for 8.0. */
  record Gpu(String name, int capability, long memoryBytes) {
    String capabilityText() {
      return capability / 10 + "." + capability % 10;
    }
  }

  /** A release of the backend and the GPUs its machine code runs on. */
  enum Release {
    /** 1.0.0-M2.1, no PTX: Kepler's last to Ampere, and Ada, which runs Ampere's code. */
    CUDA_11_6("11.6", 37, 89, "3.7 to 8.9"),
    /** 1.0.0-M1.1, with PTX, which the driver compiles for GPUs that came later. */
    CUDA_11_2("11.2", 35, Integer.MAX_VALUE, "3.5 and later");

    private final String cuda;
    private final int least;
    private final int most;
    private final String range;

    Release(String cuda, int least, int most, String range) {
      this.cuda = cuda;
      this.least = least;
      this.most = most;
      this.range = range;
    }

    /** The one on the class path. */
    static Release present() {
      String poms = "META-INF/maven/org.nd4j/nd4j-cuda-11.2/pom.properties";
      return Nd4jCuda.class.getClassLoader().getResource(poms) == null ? CUDA_11_6 : CUDA_11_2;
    }
  }

  private Nd4jCuda() {}

  /** Whether this build has the backend. */
  static boolean onClassPath() {
    try {
      Class.forName(BACKEND, false, Nd4jCuda.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /**
   * Looks at the GPU; to be called before ND4J is first used.
   *
   * @return the GPU in a few words: name, capability, memory, and how much of it and of this
   *     machine's ND4J may take
   * @throws IllegalArgumentException if there is none, or the backend has no code for it; the
   *     message says what to do
   */
  public static String check() {
    Release release = Release.present();
    Gpu gpu;
    try {
      gpu = first();
    } catch (LinkageError e) {
      throw new IllegalArgumentException(
          ("ND4J's CUDA backend does not load (%s): it needs NVIDIA's driver and the libraries of"
                  + " CUDA %s (docs/gpu-nd4j.md)")
              .formatted(e.getMessage(), release.cuda),
          e);
    }
    refusal(gpu, release)
        .ifPresent(
            sentence -> {
              throw new IllegalArgumentException(sentence);
            });
    return describe(gpu, System.getenv("SD_MAX_DEVICE_BYTES"), Pointer.maxBytes());
  }

  /**
   * The GPU in a few words, with ND4J's own limit if there is one, and the limit of what it takes
   * here outside the heap, 0 for none.
   */
  static String describe(Gpu gpu, String limit, long hostLimit) {
    return "%s (compute capability %s), %d MB, %s%s"
        .formatted(
            gpu.name,
            gpu.capabilityText(),
            gpu.memoryBytes >> 20,
            limit == null
                ? "all of which it may take"
                : "of which it may take %d MB".formatted(Long.parseLong(limit) >> 20),
            hostLimit == 0 ? "" : ", and %d MB outside Java's heap".formatted(hostLimit >> 20));
  }

  /**
   * Makes sure that there is room on the GPU.
   *
   * @throws OutOfMemoryError if there is less
   */
  static void require(long bytes) {
    try (SizeTPointer free = new SizeTPointer(1);
        SizeTPointer total = new SizeTPointer(1)) {
      if (cudart.cudaMemGetInfo(free, total) == cudart.cudaSuccess && bytes > free.get()) {
        throw new OutOfMemoryError(
            "batches of this size take %d MB on the GPU, %d MB are free there: make them smaller"
                .formatted(bytes >> 20, free.get() >> 20));
      }
    }
  }

  private static Gpu first() {
    int[] count = new int[1];
    int error = cudart.cuInit(0);
    if (error == cudart.CUDA_SUCCESS) {
      error = cudart.cuDeviceGetCount(count);
    }
    if (error != cudart.CUDA_SUCCESS || count[0] == 0) {
      throw new IllegalArgumentException(
          "NVIDIA's driver shows no GPU (code %d, %d devices)".formatted(error, count[0]));
    }
    byte[] name = new byte[256];
    cudart.cuDeviceGetName(name, name.length, 0);
    int length = 0;
    while (name[length] != 0) {
      length++;
    }
    int[] major = new int[1];
    int[] minor = new int[1];
    cudart.cuDeviceGetAttribute(major, cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, 0);
    cudart.cuDeviceGetAttribute(minor, cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, 0);
    try (SizeTPointer bytes = new SizeTPointer(1)) {
      cudart.cuDeviceTotalMem(bytes, 0);
      return new Gpu(
          new String(name, 0, length, StandardCharsets.US_ASCII),
          10 * major[0] + minor[0],
          bytes.get());
    }
  }

  /** Why the backend cannot run on a GPU, if it cannot. */
  static Optional<String> refusal(Gpu gpu, Release release) {
    if (gpu.capability >= release.least && gpu.capability <= release.most) {
      return Optional.empty();
    }
    return Optional.of(
        "ND4J's CUDA backend runs on compute capability %s, and %s has %s: take the usual build%s"
            .formatted(
                release.range,
                gpu.name,
                gpu.capabilityText(),
                gpu.capability > release.most ? " and --kernels cuda" : ", on the processors"));
  }
}

package org.javatron.kernels.cuda;

import java.io.Closeable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * A GPU with one stream: everything asked of it, through its arrays, programs and products, happens
 * in the order in which it was asked for, while Java goes on. Only copies back to Java and {@link
 * #synchronize} wait.
 *
 * <p>One call at a time; calls may come from different threads. Closing the device frees all that
 * was allocated on it.
 */
public final class CudaDevice implements Closeable {
  private static final int LEAST_CAPABILITY = 75;

  private final int ordinal;
  private final CUctx_st context = new CUctx_st();
  private final CUstream_st stream = new CUstream_st();
  private final String name;
  private final int capability;
  private final int multiprocessors;
  private final int sharedBytesPerBlock;
  private final Map<List<String>, CudaProgram> programs = new HashMap<>();
  private CudaStaging staging;
  private CudaProducts products;
  private Thread user;
  private boolean closed;

  private CudaDevice(int ordinal) {
    this.ordinal = ordinal;
    byte[] text = new byte[256];
    CudaLibraries.check(cudart.cuDeviceGetName(text, text.length, ordinal), "the GPU's name");
    name = CudaLibraries.text(text);
    capability =
        10 * attribute(cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
            + attribute(cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    multiprocessors = attribute(cudart.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
    sharedBytesPerBlock = attribute(cudart.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
    refusal(name, capability)
        .ifPresent(
            sentence -> {
              throw new CudaException(sentence);
            });
    CudaLibraries.check(
        cudart.cuDevicePrimaryCtxRetain(context, ordinal), "opening the GPU " + name);
    enter();
    CudaLibraries.check(
        cudart.cuStreamCreate(stream, cudart.CU_STREAM_NON_BLOCKING), "a stream on " + name);
  }

  /**
   * Opens the first GPU that this process may see ({@code CUDA_VISIBLE_DEVICES}).
   *
   * @return the device, to be closed by the caller
   * @throws CudaException if there is no driver, no GPU, no CUDA 13 library or only a GPU that is
   *     too old; the message says which, and what to do
   */
  public static CudaDevice open() {
    CudaLibraries.loadDriver();
    int[] count = {0};
    int error = cudart.cuInit(0);
    if (error == cudart.CUDA_SUCCESS) {
      error = cudart.cuDeviceGetCount(count);
    }
    if (error == cudart.CUDA_ERROR_NO_DEVICE || error == 0 && count[0] == 0) {
      throw new CudaException(
          "no GPU: the NVIDIA driver is there but shows none (nvidia-smi lists GPUs; is"
              + " CUDA_VISIBLE_DEVICES empty?)");
    }
    CudaLibraries.check(error, "starting the NVIDIA driver");
    int[] device = {0};
    CudaLibraries.check(cudart.cuDeviceGet(device, 0), "the first GPU");
    return new CudaDevice(device[0]);
  }

  /** Why the kernels cannot run on a GPU, if they cannot. */
  static Optional<String> refusal(String name, int capability) {
    return capability >= LEAST_CAPABILITY
        ? Optional.empty()
        : Optional.of(
            "%s has compute capability %s; Javatron's kernels need 7.5 or more: take --device cpu"
                .formatted(name, capabilityText(capability)));
  }

  private static String capabilityText(int capability) {
    return capability / 10 + "." + capability % 10;
  }

  /** A GPU in a few words. */
  static String describe(String name, int capability, long totalBytes, long freeBytes) {
    return "%s (compute capability %s), %d MB, of which %d MB are free"
        .formatted(name, capabilityText(capability), totalBytes >> 20, freeBytes >> 20);
  }

  /**
   * The GPU in a few words: name, capability, memory, and how much of that is free now.
   *
   * @return such as {@code NVIDIA H200 (compute capability 9.0), 143771 MB, of which 142714 MB are
   *     free}
   */
  public String describe() {
    long[] memory = memory();
    return describe(name, capability, memory[1], memory[0]);
  }

  private int attribute(int which) {
    int[] value = {0};
    CudaLibraries.check(
        cudart.cuDeviceGetAttribute(value, which, ordinal), "an attribute of the GPU");
    return value[0];
  }

  /** The driver knows a thread's GPU by the thread; cheap if it is the one of the last call. */
  void enter() {
    if (closed) {
      throw new IllegalStateException("the GPU is closed");
    }
    if (Thread.currentThread() != user) {
      CudaLibraries.check(cudart.cuCtxSetCurrent(context), "changing to the GPU " + name);
      user = Thread.currentThread();
    }
  }

  /**
   * What the GPU is called.
   *
   * @return such as {@code NVIDIA H100 80GB HBM3}
   */
  public String name() {
    return name;
  }

  /**
   * The generation of the GPU's instructions.
   *
   * @return compute capability times ten: 75 Turing, 80 Ampere, 90 Hopper, 120 Blackwell
   */
  public int capability() {
    return capability;
  }

  /**
   * How many blocks of threads can certainly run at once.
   *
   * @return streaming multiprocessors
   */
  public int multiprocessors() {
    return multiprocessors;
  }

  /**
   * The most shared memory a block can ask for.
   *
   * @return bytes
   */
  public int sharedBytesPerBlock() {
    return sharedBytesPerBlock;
  }

  /**
   * The GPU's memory.
   *
   * @return bytes
   */
  public long memoryBytes() {
    return memory()[1];
  }

  /**
   * What is left of it, other programs' share gone.
   *
   * @return bytes
   */
  public long freeBytes() {
    return memory()[0];
  }

  private long[] memory() {
    enter();
    try (SizeTPointer free = new SizeTPointer(1);
        SizeTPointer total = new SizeTPointer(1)) {
      CudaLibraries.check(cudart.cuMemGetInfo(free, total), "the GPU's memory");
      return new long[] {free.get(), total.get()};
    }
  }

  /**
   * Allocates an array; what is in it does not matter.
   *
   * @param type of its values
   * @param shape C order
   * @return the array, to be closed by the caller
   * @throws CudaException if the memory does not suffice; the message says how much was wanted and
   *     how much is free
   */
  public CudaArray allocate(CudaType type, long... shape) {
    enter();
    long length = CudaArray.length(shape);
    long bytes = Math.max(1, Math.multiplyExact(length, type.bytes()));
    long[] address = {0};
    int error = cudart.cuMemAlloc(address, bytes);
    if (error == cudart.CUDA_ERROR_OUT_OF_MEMORY) {
      throw new CudaException(
          "the GPU's memory does not suffice: %s %s takes %d MB, %d MB of %d MB are free"
              .formatted(
                  type,
                  Arrays.toString(shape),
                  bytes >> 20,
                  freeBytes() >> 20,
                  memoryBytes() >> 20));
    }
    CudaLibraries.check(error, "allocating " + bytes + " bytes");
    return new CudaArray(this, address[0], type, shape.clone(), true);
  }

  void free(long address) {
    if (!closed) {
      enter();
      CudaLibraries.check(cudart.cuMemFree(address), "freeing memory");
    }
  }

  /**
   * A file of kernels, compiled for this GPU; the same call gives the same program.
   *
   * @param name of the resource in this package, without {@code .cu}
   * @param defines for the compiler, such as {@code STORAGE_BF16} or {@code HEAD=64}
   * @return the program, closed with the device
   * @throws CudaException if the compiler is missing or refuses the source
   */
  public CudaProgram program(String name, String... defines) {
    enter();
    List<String> key = List.of(name, String.join(" ", defines));
    return programs.computeIfAbsent(key, k -> CudaProgram.load(this, name, List.of(defines)));
  }

  /**
   * Matrix products on this GPU.
   *
   * @return the products, closed with the device
   * @throws CudaException if cuBLAS is missing
   */
  public CudaProducts products() {
    enter();
    if (products == null) {
      products = new CudaProducts(this);
    }
    return products;
  }

  CudaStaging staging() {
    enter();
    if (staging == null) {
      staging = new CudaStaging(this);
    }
    return staging;
  }

  CUstream_st stream() {
    return stream;
  }

  /**
   * Waits until everything asked for is done.
   *
   * @throws CudaException if something of it failed; the device is of no use afterwards
   */
  public void synchronize() {
    enter();
    CudaLibraries.check(
        cudart.cuStreamSynchronize(stream), "computing on " + name + " (a kernel may have failed)");
  }

  /** Gives the GPU back, with everything allocated on it. */
  @Override
  public void close() {
    if (!closed) {
      enter();
      cudart.cuStreamSynchronize(stream);
      if (products != null) {
        products.close();
      }
      if (staging != null) {
        staging.close();
      }
      programs.values().forEach(CudaProgram::close);
      closed = true;
      cudart.cuStreamDestroy(stream);
      cudart.cuDevicePrimaryCtxRelease(ordinal);
    }
  }
}

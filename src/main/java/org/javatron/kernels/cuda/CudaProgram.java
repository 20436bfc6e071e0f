package org.javatron.kernels.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * The kernels of one {@code .cu} file, ready to be launched. They are compiled for the GPU that is
 * there when they are first wanted, and kept for later runs in the user's cache folder.
 *
 * <p>Not thread-safe, as its device.
 */
public final class CudaProgram {
  private static final int MOST_ARGUMENTS = 40;

  /** Shared memory that a kernel gets without having been allowed more. */
  private static final int SHARED_BYTES = 48 << 10;

  private static final class Kernel {
    final CUfunc_st function = new CUfunc_st();
    int sharedBytes = SHARED_BYTES;
  }

  private final CudaDevice device;
  private final String file;
  private final CUmod_st module = new CUmod_st();
  private final Map<String, Kernel> kernels = new HashMap<>();
  private final BytePointer memory = new BytePointer((long) MOST_ARGUMENTS * Long.BYTES);
  private final ByteBuffer values = memory.asByteBuffer().order(ByteOrder.nativeOrder());
  private final PointerPointer<BytePointer> addresses = new PointerPointer<>(MOST_ARGUMENTS);

  private CudaProgram(CudaDevice device, String file, byte[] code) {
    this.device = device;
    this.file = file;
    for (int i = 0; i < MOST_ARGUMENTS; i++) {
      addresses.put(i, memory.getPointer((long) i * Long.BYTES));
    }
    try (BytePointer image = new BytePointer(code)) {
      CudaLibraries.check(cudart.cuModuleLoadData(module, image), "loading the kernels of " + file);
    }
  }

  static CudaProgram load(CudaDevice device, String name, List<String> defines) {
    String file = name + ".cu";
    List<String> options = CudaCompiler.options(device.capability(), defines);
    List<String> parts = new ArrayList<>(CudaCompiler.sources(file).values());
    parts.addAll(options);
    parts.add(CudaCompiler.version());
    byte[] code = CudaCache.ofUser().code(file, parts, () -> CudaCompiler.compile(file, options));
    return new CudaProgram(device, file, code);
  }

  /**
   * Starts a kernel behind what the device was asked for before; it returns at once.
   *
   * @param kernel a function of the file, {@code extern "C" __global__}
   * @param gridX blocks along x; nothing is started where there are none
   * @param gridY blocks along y, at most 65535
   * @param block threads of a block
   * @param sharedBytes dynamic shared memory of a block
   * @param arguments in the function's order: {@link CudaArray} (its address), Integer, Long or
   *     Float, for parameters of exactly those types
   * @throws CudaException if the driver refuses
   */
  public void launch(
      String kernel, int gridX, int gridY, int block, int sharedBytes, Object... arguments) {
    if (gridX == 0 || gridY == 0) {
      return;
    }
    device.enter();
    Kernel found = kernels.computeIfAbsent(kernel, this::find);
    if (sharedBytes > found.sharedBytes) {
      allow(kernel, found, sharedBytes);
    }
    for (int i = 0; i < arguments.length; i++) {
      write(i * Long.BYTES, arguments[i]);
    }
    int error =
        cudart.cuLaunchKernel(
            found.function,
            gridX,
            gridY,
            1,
            block,
            1,
            1,
            sharedBytes,
            device.stream(),
            addresses,
            (PointerPointer<?>) null);
    if (error != cudart.CUDA_SUCCESS) {
      CudaLibraries.check(
          error,
          "the kernel %s of %s, %d x %d blocks of %d threads"
              .formatted(kernel, file, gridX, gridY, block));
    }
  }

  private void write(int at, Object argument) {
    if (argument instanceof CudaArray array) {
      values.putLong(at, array.address());
    } else if (argument instanceof Integer number) {
      values.putInt(at, number);
    } else if (argument instanceof Float number) {
      values.putFloat(at, number);
    } else if (argument instanceof Long number) {
      values.putLong(at, number);
    } else {
      throw new IllegalArgumentException("a kernel takes arrays, int, long and float: " + argument);
    }
  }

  private Kernel find(String name) {
    Kernel kernel = new Kernel();
    CudaLibraries.check(
        cudart.cuModuleGetFunction(kernel.function, module, name),
        "finding the kernel " + name + " in " + file);
    return kernel;
  }

  private void allow(String name, Kernel kernel, int sharedBytes) {
    CudaLibraries.check(
        cudart.cuFuncSetAttribute(
            kernel.function, cudart.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, sharedBytes),
        sharedBytes + " bytes of shared memory for " + name);
    kernel.sharedBytes = sharedBytes;
  }

  void close() {
    cudart.cuModuleUnload(module);
    addresses.close();
    memory.close();
  }
}

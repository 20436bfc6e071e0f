package org.javatron.kernels.cuda;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerPointer;

/** Loads what CUDA consists of, and says in a sentence what is missing or went wrong. */
final class CudaLibraries {
  private static final Pattern MISSING =
      Pattern.compile("(lib[A-Za-z0-9_]+\\.so[.0-9]*): cannot open");

  private static final Set<Class<?>> LOADED = new HashSet<>();

  /** Why the first library that could not be loaded could not. */
  private static LinkageError failure;

  private CudaLibraries() {}

  static void loadDriver() {
    load(cudart.class);
  }

  static void loadProducts() {
    load(cublas.class);
  }

  static void loadCompiler() {
    load(nvrtc.class);
  }

  private static synchronized void load(Class<?> library) {
    if (LOADED.contains(library)) {
      return;
    }
    if (failure == null) {
      try {
        Loader.load(library);
        LOADED.add(library);
        return;
      } catch (LinkageError e) {
        failure = e; // the Java machine gives the reason only once
      }
    }
    throw new CudaException(sentence(failure), failure);
  }

  /** What a failure to load means. */
  static String sentence(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      Matcher missing = MISSING.matcher(String.valueOf(cause.getMessage()));
      if (missing.find()) {
        return missing.group(1).startsWith("libcuda.so")
            ? "no NVIDIA driver: libcuda.so.1 was not found on this machine"
            : missing.group(1)
                + " of CUDA 13 was not found: install it, or name its folder in LD_LIBRARY_PATH";
      }
    }
    return "the bindings to CUDA could not be loaded (build with -Pcublaslt to have them): "
        + error.getMessage();
  }

  /** Fails unless the driver says that all went well. */
  static void check(int error, String what) {
    if (error != cudart.CUDA_SUCCESS) {
      throw new CudaException("CUDA error %d, %s, at %s".formatted(error, reason(error), what));
    }
  }

  private static String reason(int error) {
    try (PointerPointer<BytePointer> text = new PointerPointer<>(1)) {
      return cudart.cuGetErrorString(error, text) == cudart.CUDA_SUCCESS
          ? text.get(BytePointer.class, 0).getString()
          : "unknown";
    }
  }

  /** Fails unless cuBLASLt says that all went well. */
  static void checkProduct(int status, String what) {
    if (status != cublas.CUBLAS_STATUS_SUCCESS) {
      throw new CudaException(
          "cuBLASLt error %d, %s, at %s"
              .formatted(status, cublas.cublasLtGetStatusString(status).getString(), what));
    }
  }

  /** The text up to the first zero. */
  static String text(byte[] bytes) {
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}

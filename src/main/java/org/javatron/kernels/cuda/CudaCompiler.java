package org.javatron.kernels.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * Compiles the kernels of this package for one generation of GPUs with NVRTC, NVIDIA's compiler as
 * a library. It needs no GPU.
 */
final class CudaCompiler {
  private static final Pattern INCLUDE = Pattern.compile("(?m)^#include \"(.+)\"");

  private CudaCompiler() {}

  private static String source(String file) {
    try (InputStream in = CudaCompiler.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalArgumentException("no source of kernels named " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file and all that it includes, directly or not, by name, itself first. */
  static Map<String, String> sources(String file) {
    Map<String, String> sources = new LinkedHashMap<>();
    collect(file, sources);
    return sources;
  }

  private static void collect(String file, Map<String, String> sources) {
    if (!sources.containsKey(file)) {
      String text = source(file);
      sources.put(file, text);
      INCLUDE.matcher(text).results().forEach(include -> collect(include.group(1), sources));
    }
  }

  /** Such as {@code 13.0}. */
  static String version() {
    CudaLibraries.loadCompiler();
    int[] major = {0};
    int[] minor = {0};
    check(nvrtc.nvrtcVersion(major, minor), "its version");
    return major[0] + "." + minor[0];
  }

  /**
   * The options for a GPU: machine code where the compiler knows its generation, else (a GPU newer
   * than the compiler) intermediate code of the newest it knows, which the driver translates.
   */
  static List<String> options(int capability, List<String> defines) {
    CudaLibraries.loadCompiler();
    int[] count = {0};
    check(nvrtc.nvrtcGetNumSupportedArchs(count), "its GPUs");
    int[] known = new int[count[0]];
    check(nvrtc.nvrtcGetSupportedArchs(known), "its GPUs");
    int newest =
        Arrays.stream(known)
            .filter(k -> k <= capability)
            .max()
            .orElseThrow(
                () ->
                    new CudaException(
                        "NVRTC %s compiles for no GPU of compute capability %.1f"
                            .formatted(version(), capability / 10.0)));
    List<String> options = new ArrayList<>();
    options.add("--gpu-architecture=" + architecture(newest, capability));
    options.add("--std=c++17");
    defines.forEach(define -> options.add("--define-macro=" + define));
    return options;
  }

  /** Hopper has instructions that no other generation has, in code marked with an a. */
  private static String architecture(int newest, int capability) {
    if (newest != capability) {
      return "compute_" + newest;
    }
    return "sm_" + newest + (capability == 90 ? "a" : "");
  }

  /**
   * Compiles.
   *
   * @param file {@code name.cu}
   * @param options of {@link #options}
   * @return a cubin, or PTX that ends with a zero
   * @throws CudaException with the compiler's words if it refuses the source
   */
  static byte[] compile(String file, List<String> options) {
    CudaLibraries.loadCompiler();
    Map<String, String> included = sources(file);
    String text = included.remove(file);
    _nvrtcProgram program = new _nvrtcProgram();
    try (BytePointer source = new BytePointer(text, StandardCharsets.UTF_8);
        BytePointer name = new BytePointer(file, StandardCharsets.UTF_8);
        PointerPointer<BytePointer> headers = strings(included.values());
        PointerPointer<BytePointer> headerNames = strings(included.keySet());
        PointerPointer<BytePointer> arguments = strings(options)) {
      check(
          nvrtc.nvrtcCreateProgram(program, source, name, included.size(), headers, headerNames),
          "reading " + file);
      int error = nvrtc.nvrtcCompileProgram(program, options.size(), arguments);
      if (error != nvrtc.NVRTC_SUCCESS) {
        throw new CudaException(
            "NVRTC %s could not compile %s with %s: %s"
                .formatted(version(), file, options, log(program)));
      }
      return options.get(0).contains("=sm_") ? machineCode(program) : intermediateCode(program);
    } finally {
      if (!program.isNull()) {
        nvrtc.nvrtcDestroyProgram(program);
      }
    }
  }

  private static PointerPointer<BytePointer> strings(Collection<String> texts) {
    return new PointerPointer<>(texts.toArray(new String[0]), StandardCharsets.UTF_8);
  }

  private static byte[] machineCode(_nvrtcProgram program) {
    try (SizeTPointer size = new SizeTPointer(1)) {
      check(nvrtc.nvrtcGetCUBINSize(program, size), "its result");
      byte[] code = new byte[(int) size.get()];
      check(nvrtc.nvrtcGetCUBIN(program, code), "its result");
      return code;
    }
  }

  private static byte[] intermediateCode(_nvrtcProgram program) {
    try (SizeTPointer size = new SizeTPointer(1)) {
      check(nvrtc.nvrtcGetPTXSize(program, size), "its result");
      byte[] code = new byte[(int) size.get()];
      check(nvrtc.nvrtcGetPTX(program, code), "its result");
      return code;
    }
  }

  private static String log(_nvrtcProgram program) {
    try (SizeTPointer size = new SizeTPointer(1)) {
      check(nvrtc.nvrtcGetProgramLogSize(program, size), "its messages");
      byte[] log = new byte[(int) size.get()];
      check(nvrtc.nvrtcGetProgramLog(program, log), "its messages");
      return CudaLibraries.text(log).strip();
    }
  }

  private static void check(int error, String what) {
    if (error != nvrtc.NVRTC_SUCCESS) {
      throw new CudaException(
          "NVRTC error %d, %s, at %s"
              .formatted(error, nvrtc.nvrtcGetErrorString(error).getString(), what));
    }
  }
}

package org.javatron.kernels.cuda;

import java.util.Arrays;
import java.util.List;
import org.javatron.kernels.CudaWidths;
import org.javatron.kernels.DropoutRule;

/**
 * Self-attention over packed sequences and its gradient: {@code attention.cu} and {@code
 * attention_backward.cu} on tensor cores, where activations have 16 bits, heads 32 or 64 columns
 * and the GPU compute capability 8.0 or more; else {@code attention_plain.cu} and {@code
 * attention_plain_backward.cu}, for heads of up to 128 columns.
 *
 * <p>A block of threads takes {@value #TILE} tokens of one head of one sequence. No scores are kept
 * in memory, forwards or backwards; the host knows nothing of the sequences but their number.
 */
final class CudaAttention {
  /** As in {@code attention.cuh}. */
  private static final int TILE = 64;

  private static final int TENSOR_CAPABILITY = 80;
  private static final int TENSOR_THREADS = 128;

  private final CudaDevice device;
  private final CudaType activations;
  final CudaScratch scratch;

  CudaAttention(CudaDevice device, CudaType activations) {
    this.device = device;
    this.activations = activations;
    scratch = new CudaScratch(device);
  }

  /** A call's sizes, and how its work is cut. */
  private record Work(CudaArray qkv, CudaArray offsets, int heads, int d, boolean tensorCores) {
    int tokens() {
      return (int) qkv.size(0);
    }

    int sequences() {
      return (int) offsets.length() - 1;
    }

    /** At least as many as there are tiles, see {@code find_tile} in {@code attention.cuh}. */
    int blocks() {
      return Math.multiplyExact(tokens() / TILE + sequences(), heads);
    }

    /** Rows of a block without tensor cores: four threads share one. */
    int plainRows() {
      return d <= 64 ? 32 : 16;
    }

    void launch(CudaProgram program, String kernel, Object... arguments) {
      if (tensorCores) {
        program.launch(kernel, blocks(), 1, TENSOR_THREADS, 0, arguments);
      } else {
        program.launch(kernel, blocks(), TILE / plainRows(), 4 * plainRows(), 0, arguments);
      }
    }
  }

  private Work work(CudaArray qkv, CudaArray offsets, int heads) {
    int d = (int) (qkv.size(1) / 3 / heads);
    if (d > CudaWidths.WIDEST_HEAD) {
      throw new CudaException(
          "the CUDA kernels serve heads of up to %d columns, got %d"
              .formatted(CudaWidths.WIDEST_HEAD, d));
    }
    boolean tensorCores =
        activations.isHalf() && device.capability() >= TENSOR_CAPABILITY && (d == 32 || d == 64);
    return new Work(qkv, offsets, heads, d, tensorCores);
  }

  private CudaProgram program(Work work, String name, String plainName) {
    return device.program(
        work.tensorCores ? name : plainName, activations.storageDefine(), "HEAD=" + work.d);
  }

  private static List<Object> dropout(Work work, DropoutRule<CudaArray> rule) {
    if (!rule.drops() && work.tensorCores) {
      return List.of();
    }
    Object keys = rule.drops() ? rule.keys() : Long.valueOf(0);
    return List.of(keys, rule.site(), rule.threshold(), rule.factor());
  }

  private static String kernel(String name, Work work, DropoutRule<CudaArray> rule) {
    if (!work.tensorCores) {
      return "plain" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }
    return rule.drops() ? name + "Dropout" : name;
  }

  private static Object[] arguments(List<?>... parts) {
    return Arrays.stream(parts).flatMap(List::stream).toArray();
  }

  /**
   * {@code out = (D ⊙ softmax(Q Kᵀ / √d)) V}, see {@link org.javatron.kernels.Kernels#attention}.
   */
  void forward(
      CudaArray qkv, CudaArray offsets, int heads, DropoutRule<CudaArray> rule, CudaArray out) {
    Work work = work(qkv, offsets, heads);
    work.launch(
        program(work, "attention", "attention_plain"),
        kernel("attention", work, rule),
        arguments(
            List.of(qkv, offsets, work.sequences(), heads), dropout(work, rule), List.of(out)));
  }

  /** The gradient, see {@link org.javatron.kernels.Kernels#attentionBackward}. */
  void backward(
      CudaArray qkv,
      CudaArray offsets,
      int heads,
      DropoutRule<CudaArray> rule,
      CudaArray dOut,
      CudaArray dQkv) {
    Work work = work(qkv, offsets, heads);
    CudaArray rows =
        scratch.floats(CudaScratch.Use.ATTENTION_ROWS, rowFloats(heads, work.tokens()));
    CudaProgram program = program(work, "attention_backward", "attention_plain_backward");
    Object[] arguments =
        arguments(
            List.of(qkv, offsets, work.sequences(), heads, work.tokens()),
            dropout(work, rule),
            List.of(dOut, rows, dQkv));
    work.launch(program, kernel("queryGradients", work, rule), arguments);
    work.launch(program, kernel("keyGradients", work, rule), arguments);
  }

  /** Values of {@link CudaScratch.Use#ATTENTION_ROWS}. */
  static long rowFloats(int heads, int tokens) {
    return 2L * heads * tokens;
  }

  void close() {
    scratch.close();
  }
}

package org.javatron.kernels.cuda;

import java.util.List;
import org.javatron.kernels.AdamWStep;

/** What happens to parameters after the gradients are there: {@code adamw.cu} and sums. */
final class CudaOptimizer {
  private static final int VALUES_PER_BLOCK = 1 << 14;
  private static final int MOST_BLOCKS = 512;
  private static final int ONE_BLOCK = 1024;

  private final CudaLoops loops;
  private final CudaProgram adamW;
  private final CudaProgram sums;
  private final CudaArray none;

  CudaOptimizer(CudaLoops loops) {
    this.loops = loops;
    adamW = loops.program("adamw", loops.activations);
    sums = loops.program("sums", loops.activations);
    none = new CudaArray(loops.device, 0, CudaType.INT8, new long[] {0}, false);
  }

  void adamW(
      CudaArray weight, CudaArray gradient, CudaArray mean, CudaArray square, AdamWStep step) {
    CudaArray copy = weight.parameter == null ? null : weight.parameter.copyIfAny();
    adamW.launch(
        "adamw",
        CudaLoops.blocks(weight.length()),
        1,
        CudaLoops.THREADS,
        0,
        weight,
        gradient,
        mean,
        square,
        copy == null ? none : copy,
        weight.length(),
        (float) step.scale(),
        (float) step.stepSize(),
        (float) step.decay(),
        (float) step.beta1(),
        (float) (1 - step.beta1()),
        (float) step.beta2(),
        (float) (1 - step.beta2()),
        (float) step.epsilon());
  }

  void dot(CudaArray a, CudaArray b, CudaArray out) {
    sums.launch("dot", 1, 1, ONE_BLOCK, 0, a, b, a.length(), out);
  }

  /** Each block adds up its share of an array; one block the shares of all; 8 bytes come back. */
  double sumOfSquares(List<CudaArray> arrays) {
    int blocks = 0;
    for (CudaArray array : arrays) {
      blocks += squareBlocks(array.length());
    }
    // Doubles, in an array of the type that has their size; the last is the result.
    CudaArray partial =
        loops.scratch.array(CudaScratch.Use.PARTIAL_SUMS, CudaType.INT64, blocks + 1);
    int at = 0;
    for (CudaArray array : arrays) {
      int mine = squareBlocks(array.length());
      sums.launch(
          "sumOfSquares",
          mine,
          1,
          CudaLoops.THREADS,
          0,
          array,
          array.length(),
          partial.view(at, mine));
      at += mine;
    }
    CudaArray result = partial.view(blocks, 1);
    sums.launch("sumOfDoubles", 1, 1, ONE_BLOCK, 0, partial, blocks, result);
    long[] bits = new long[1];
    result.getLongs(bits, 0, 1);
    return Double.longBitsToDouble(bits[0]);
  }

  /** Blocks, each with a partial sum in double, that add up the squares of an array. */
  static int squareBlocks(long length) {
    return (int) Math.min((length + VALUES_PER_BLOCK - 1) / VALUES_PER_BLOCK, MOST_BLOCKS);
  }
}

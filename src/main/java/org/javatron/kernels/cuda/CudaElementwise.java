package org.javatron.kernels.cuda;

import org.javatron.kernels.CudaWidths;
import org.javatron.kernels.DropoutRule;

/** Sums, multiples and dropout, value by value: {@code elementwise.cu}. */
final class CudaElementwise {
  private final CudaLoops loops;
  private final CudaProgram activations;
  private final CudaProgram floats;

  CudaElementwise(CudaLoops loops) {
    this.loops = loops;
    activations = loops.program("elementwise", loops.activations);
    floats = loops.program("elementwise", CudaType.FLOAT32);
  }

  private CudaProgram program(CudaArray array) {
    return array.type() == loops.activations ? activations : floats;
  }

  void add(CudaArray a, CudaArray b, CudaArray out) {
    program(a)
        .launch(
            "add",
            CudaLoops.pieceBlocks(a.length()),
            1,
            CudaLoops.THREADS,
            0,
            a,
            b,
            out,
            a.length());
  }

  void scale(CudaArray a, CudaArray factor, CudaArray out) {
    program(a)
        .launch(
            "scale",
            CudaLoops.pieceBlocks(a.length()),
            1,
            CudaLoops.THREADS,
            0,
            a,
            factor,
            out,
            a.length());
  }

  void dropout(CudaArray x, CudaArray offsets, DropoutRule<CudaArray> rule, CudaArray out) {
    if (!rule.drops()) {
      out.assign(x);
      return;
    }
    int width = (int) x.size(1);
    int threads = Math.min(CudaLoops.THREADS, (width / CudaWidths.PIECE + 31) / 32 * 32);
    activations.launch(
        "dropout",
        (int) x.size(0),
        1,
        threads,
        0,
        x,
        offsets,
        CudaEmbeddings.sequences(offsets),
        rule.keys(),
        rule.site(),
        rule.threshold(),
        rule.factor(),
        width,
        out);
  }
}

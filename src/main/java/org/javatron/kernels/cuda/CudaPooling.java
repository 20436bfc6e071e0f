package org.javatron.kernels.cuda;

import org.javatron.weights.Pooling;

/** From tokens to vectors and back: {@code pooling.cu}. */
final class CudaPooling {
  private static final int TILE_COLUMNS = 256;

  private final CudaProgram program;

  CudaPooling(CudaLoops loops) {
    program = loops.program("pooling", loops.activations);
  }

  void pool(CudaArray hidden, CudaArray offsets, Pooling how, CudaArray out) {
    int sequences = CudaEmbeddings.sequences(offsets);
    int width = (int) hidden.size(1);
    if (how == Pooling.CLS) {
      program.launch("poolFirst", sequences, 1, CudaLoops.THREADS, 0, hidden, offsets, width, out);
    } else {
      int tiles = (width + TILE_COLUMNS - 1) / TILE_COLUMNS;
      program.launch(
          "poolMean", sequences, tiles, CudaLoops.THREADS, 0, hidden, offsets, width, out);
    }
  }

  void poolBackward(CudaArray offsets, Pooling how, CudaArray dOut, CudaArray dHidden) {
    program.launch(
        "poolBackward",
        (int) dHidden.size(0),
        1,
        CudaLoops.THREADS,
        0,
        offsets,
        CudaEmbeddings.sequences(offsets),
        how == Pooling.MEAN ? 1 : 0,
        dOut,
        (int) dHidden.size(1),
        dHidden);
  }

  void l2Normalize(CudaArray x, CudaArray out) {
    program.launch(
        "l2Normalize", (int) x.size(0), 1, CudaLoops.THREADS, 0, x, (int) x.size(1), out);
  }

  void l2NormalizeBackward(CudaArray x, CudaArray dOut, CudaArray dX) {
    program.launch(
        "l2NormalizeBackward",
        (int) x.size(0),
        1,
        CudaLoops.THREADS,
        0,
        x,
        dOut,
        (int) x.size(1),
        dX);
  }
}

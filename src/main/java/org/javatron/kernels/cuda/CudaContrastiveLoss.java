package org.javatron.kernels.cuda;

/**
 * The contrastive loss: scores by a float32 product, then {@code loss.cu}. All scores are kept
 * while the op runs, 4 Q N bytes; the backward pass computes them again.
 */
final class CudaContrastiveLoss {
  private final CudaLoops loops;
  private final CudaProgram program;

  CudaContrastiveLoss(CudaLoops loops) {
    this.loops = loops;
    program = loops.program("loss", CudaType.FLOAT32);
  }

  private CudaArray scores(CudaArray queries, CudaArray passages, double scale) {
    long q = queries.size(0);
    long n = passages.size(0);
    CudaArray scores = loops.scratch.floats(CudaScratch.Use.SCORES, q, n);
    loops.products.multiply(
        q,
        n,
        queries.size(1),
        (float) scale,
        new CudaProducts.Matrix(queries, false),
        new CudaProducts.Matrix(passages, true),
        0,
        new CudaProducts.Matrix(scores, false),
        1);
    return scores;
  }

  void forward(CudaArray queries, CudaArray passages, double scale, CudaArray loss) {
    int q = (int) queries.size(0);
    int n = (int) passages.size(0);
    CudaArray scores = scores(queries, passages, scale);
    CudaArray losses = loops.scratch.floats(CudaScratch.Use.LOSSES, q);
    program.launch("lossOfRows", q, 1, CudaLoops.THREADS, 0, scores, n, n / q, losses);
    program.launch("meanLoss", 1, 1, CudaLoops.THREADS, 0, losses, q, loss);
  }

  void backward(
      CudaArray queries,
      CudaArray passages,
      double scale,
      CudaArray dLoss,
      CudaArray dQueries,
      CudaArray dPassages) {
    int q = (int) queries.size(0);
    int n = (int) passages.size(0);
    CudaArray scores = scores(queries, passages, scale);
    float factor = (float) (scale / q);
    program.launch("gradientOfRows", q, 1, CudaLoops.THREADS, 0, scores, n, n / q, dLoss, factor);
    loops.products.rowsTimesMatrix(scores, passages, dQueries);
    loops.products.transposedTimesMatrix(scores, queries, dPassages, false);
  }
}

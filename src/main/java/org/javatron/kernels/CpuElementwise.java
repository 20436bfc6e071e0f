package org.javatron.kernels;

import org.nd4j.linalg.api.ndarray.INDArray;

/** The ops that treat each value by itself. */
final class CpuElementwise {
  private final CpuLoops loops;

  CpuElementwise(CpuLoops loops) {
    this.loops = loops;
  }

  void dropout(INDArray x, int[] start, DropoutRule<INDArray> dropout, INDArray out) {
    int h = (int) x.size(1);
    DropoutMask mask = new DropoutMask(loops.math, dropout);
    Floats from = Floats.of(x);
    Floats to = Floats.of(out);
    loops.workers.run(
        start.length - 1,
        (b, worker) -> {
          float[] row = loops.scratch(worker, 0, h);
          for (int t = start[b]; t < start[b + 1]; t++) {
            from.read((long) t * h, row, 0, h);
            mask.apply(row, 0, h, b, (t - start[b]) * h);
            to.write((long) t * h, row, 0, h);
          }
        });
  }

  void add(INDArray a, INDArray b, INDArray out) {
    inPlace(a, b, out, (x, y, length) -> loops.math.add(x, 0, y, 0, length));
  }

  void geluBackward(INDArray sum, INDArray dOut, INDArray dSum) {
    inPlace(dOut, sum, dSum, (d, x, length) -> loops.math.geluBackward(d, 0, x, 0, length));
  }

  @FunctionalInterface
  private interface Change {
    void apply(float[] x, float[] y, int length);
  }

  /** {@code out = x}, changed with the help of y. */
  private void inPlace(INDArray x, INDArray y, INDArray out, Change change) {
    Floats first = Floats.of(x);
    Floats second = Floats.of(y);
    Floats to = Floats.of(out);
    loops.eachChunk(
        x.length(),
        (at, length, worker) -> {
          float[] values = loops.scratch(worker, 0, length);
          float[] others = loops.scratch(worker, 1, length);
          first.read(at, values, 0, length);
          second.read(at, others, 0, length);
          change.apply(values, others, length);
          to.write(at, values, 0, length);
        });
  }
}

package org.javatron.kernels;

import org.javatron.weights.Pooling;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One vector a sequence, and vectors of length 1. */
final class CpuPooling {
  private static final double LEAST_NORM = 1e-12;

  private final CpuLoops loops;

  CpuPooling(CpuLoops loops) {
    this.loops = loops;
  }

  void pool(INDArray hidden, int[] start, Pooling pooling, INDArray out) {
    int h = (int) hidden.size(1);
    Floats from = Floats.of(hidden);
    Floats to = Floats.of(out);
    loops.workers.run(
        start.length - 1,
        (b, worker) -> {
          float[] sum = loops.scratch(worker, 0, h);
          float[] row = loops.scratch(worker, 1, h);
          from.read((long) start[b] * h, sum, 0, h);
          if (pooling == Pooling.MEAN) {
            for (int t = start[b] + 1; t < start[b + 1]; t++) {
              from.read((long) t * h, row, 0, h);
              loops.math.add(sum, 0, row, 0, h);
            }
            loops.math.scale(sum, 0, h, 1f / (start[b + 1] - start[b]));
          }
          to.write((long) b * h, sum, 0, h);
        });
  }

  void poolBackward(int[] start, Pooling pooling, INDArray dOut, INDArray dHidden) {
    int h = (int) dOut.size(1);
    Floats from = Floats.of(dOut);
    Floats to = Floats.of(dHidden);
    loops.workers.run(
        start.length - 1,
        (b, worker) -> {
          int length = start[b + 1] - start[b];
          int read = pooling == Pooling.MEAN ? length : 1;
          float[] row = loops.scratch(worker, 0, h);
          from.read((long) b * h, row, 0, h);
          loops.math.scale(row, 0, h, 1f / read);
          for (int t = start[b]; t < start[b] + read; t++) {
            to.write((long) t * h, row, 0, h);
          }
          to.zero((long) (start[b] + read) * h, (long) (length - read) * h);
        });
  }

  void l2Normalize(INDArray x, INDArray out) {
    int h = (int) x.size(1);
    Floats from = Floats.of(x);
    Floats to = Floats.of(out);
    loops.eachRow(
        (int) x.size(0),
        (r, worker) -> {
          float[] row = loops.scratch(worker, 0, h);
          from.read((long) r * h, row, 0, h);
          loops.math.scale(row, 0, h, (float) (1 / Math.max(norm(row, h), LEAST_NORM)));
          to.write((long) r * h, row, 0, h);
        });
  }

  void l2NormalizeBackward(INDArray x, INDArray dOut, INDArray dX) {
    int h = (int) x.size(1);
    Floats from = Floats.of(x);
    Floats gradient = Floats.of(dOut);
    Floats to = Floats.of(dX);
    loops.eachRow(
        (int) x.size(0),
        (r, worker) -> {
          float[] row = loops.scratch(worker, 0, h);
          float[] d = loops.scratch(worker, 1, h);
          from.read((long) r * h, row, 0, h);
          gradient.read((long) r * h, d, 0, h);
          double norm = norm(row, h);
          if (norm >= LEAST_NORM) {
            loops.math.scale(row, 0, h, (float) (1 / norm));
            loops.math.addScaled(d, 0, row, 0, h, -loops.math.dot(row, 0, d, 0, h));
          }
          loops.math.scale(d, 0, h, (float) (1 / Math.max(norm, LEAST_NORM)));
          to.write((long) r * h, d, 0, h);
        });
  }

  private double norm(float[] row, int h) {
    return Math.sqrt(loops.math.dot(row, 0, row, 0, h));
  }
}

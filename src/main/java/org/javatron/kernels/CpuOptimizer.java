package org.javatron.kernels;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What happens to parameters after the gradients are there. Neither sums nor updates depend on the
 * number of threads.
 */
final class CpuOptimizer {
  private final CpuLoops loops;

  CpuOptimizer(CpuLoops loops) {
    this.loops = loops;
  }

  void adamW(INDArray weight, INDArray gradient, INDArray mean, INDArray square, AdamWStep step) {
    Floats weights = Floats.of(weight);
    Floats gradients = Floats.of(gradient);
    Floats means = Floats.of(mean);
    Floats squares = Floats.of(square);
    loops.eachChunk(
        weight.length(),
        (at, length, worker) -> {
          float[] w = loops.scratch(worker, 0, length);
          float[] g = loops.scratch(worker, 1, length);
          float[] m = loops.scratch(worker, 2, length);
          float[] v = loops.scratch(worker, 3, length);
          weights.read(at, w, 0, length);
          gradients.read(at, g, 0, length);
          means.read(at, m, 0, length);
          squares.read(at, v, 0, length);
          update(w, g, m, v, length, step);
          weights.write(at, w, 0, length);
          means.write(at, m, 0, length);
          squares.write(at, v, 0, length);
        });
  }

  private static void update(
      float[] w, float[] g, float[] m, float[] v, int length, AdamWStep step) {
    float scale = (float) step.scale();
    float beta1 = (float) step.beta1();
    float beta2 = (float) step.beta2();
    float rest1 = (float) (1 - step.beta1());
    float rest2 = (float) (1 - step.beta2());
    float epsilon = (float) step.epsilon();
    float stepSize = (float) step.stepSize();
    float decay = (float) step.decay();
    for (int i = 0; i < length; i++) {
      float gradient = scale * g[i];
      m[i] = beta1 * m[i] + rest1 * gradient;
      v[i] = beta2 * v[i] + rest2 * gradient * gradient;
      float moved = w[i] - stepSize * (m[i] / ((float) Math.sqrt(v[i]) + epsilon));
      w[i] = moved - decay * moved;
    }
  }

  /** A piece of one of several arrays. */
  private record Piece(Floats array, long at, int length) {}

  double sumOfSquares(List<INDArray> arrays) {
    List<Piece> pieces = new ArrayList<>();
    for (INDArray array : arrays) {
      Floats floats = Floats.of(array);
      for (long at = 0; at < array.length(); at += CpuLoops.CHUNK) {
        int length = (int) Math.min(CpuLoops.CHUNK, array.length() - at);
        pieces.add(new Piece(floats, at, length));
      }
    }
    double[] sums = new double[pieces.size()];
    loops.workers.run(
        sums.length,
        (task, worker) -> {
          Piece piece = pieces.get(task);
          float[] values = loops.scratch(worker, 0, piece.length);
          piece.array.read(piece.at, values, 0, piece.length);
          double sum = 0;
          for (int i = 0; i < piece.length; i++) {
            sum += (double) values[i] * values[i];
          }
          sums[task] = sum;
        });
    double total = 0;
    for (double sum : sums) {
      total += sum;
    }
    return total;
  }
}

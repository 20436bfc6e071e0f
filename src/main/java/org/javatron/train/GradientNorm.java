package org.javatron.train;

import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.javatron.kernels.Workers;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The Euclidean norm over all gradients together, and by how much they are shortened if it is too
 * large (PyTorch's {@code clip_grad_norm_}).
 */
final class GradientNorm {
  private GradientNorm() {}

  /**
   * The norm, summed in double in a fixed order.
   *
   * @param gradients float32 arrays by name
   * @param workers threads that share the work; their number does not change the result
   * @return the norm; not finite if a gradient is not
   */
  static double of(Map<String, INDArray> gradients, Workers workers) {
    Map<String, FloatBuffer> memory = new HashMap<>();
    gradients.forEach((name, array) -> memory.put(name, Cut.memory(array)));
    List<Cut> cuts = Cut.of(gradients);
    double[] sums = new double[cuts.size()];
    float[][] scratch = new float[workers.threads()][Cut.MOST];
    workers.run(
        sums.length,
        (task, worker) -> {
          Cut cut = cuts.get(task);
          float[] values = scratch[worker];
          cut.read(memory.get(cut.name()), values);
          double sum = 0;
          for (int i = 0; i < cut.length(); i++) {
            sum += (double) values[i] * values[i];
          }
          sums[task] = sum;
        });
    double total = 0;
    for (double sum : sums) {
      total += sum;
    }
    return Math.sqrt(total);
  }

  /** What gradients of this norm are multiplied with: max / (norm + 1e-6), but at most 1. */
  static double clip(double norm, double max) {
    return Math.min(1, max / (norm + 1e-6));
  }
}

package org.javatron.train;

import java.io.Closeable;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.javatron.kernels.Workers;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019), as Transformers computed it when
 * Tevatron was written ({@code transformers.AdamW}, {@code correct_bias=True}).
 *
 * <pre>
 * m ← β₁ m + (1 - β₁) g        v ← β₂ v + (1 - β₂) g²
 * w ← w - rate · √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + ε)
 * w ← w - rate · decay · w     but for biases and LayerNorm
 * </pre>
 *
 * <p>ε stands beside √v before its bias is corrected, unlike in {@code torch.optim.AdamW}. States
 * are float32. The result does not depend on the number of threads. Not thread-safe.
 */
final class AdamW implements Closeable {
  /**
   * The method's constants.
   *
   * @param beta1 share of the old in the mean of gradients, from 0 up to but not 1
   * @param beta2 the same for their squares
   * @param epsilon keeps the divisor from 0
   * @param weightDecay 0 for none
   */
  record Constants(double beta1, double beta2, double epsilon, double weightDecay) {}

  private final Constants constants;
  private final Workers workers;
  private final Map<String, INDArray> weights;
  private final Map<String, INDArray> means = new LinkedHashMap<>();
  private final Map<String, INDArray> squares = new LinkedHashMap<>();
  private final List<Cut> cuts;
  private final float[][][] scratch;
  private long steps;

  /**
   * An optimiser that has made no step.
   *
   * @param weights float32 arrays by name, changed in place
   * @param constants as above
   * @param workers threads that share the work
   */
  AdamW(Map<String, INDArray> weights, Constants constants, Workers workers) {
    this.weights = weights;
    this.constants = constants;
    this.workers = workers;
    this.cuts = Cut.of(weights);
    weights.forEach(
        (name, array) -> {
          means.put(name, Nd4j.zeros(DataType.FLOAT, array.shape()));
          squares.put(name, Nd4j.zeros(DataType.FLOAT, array.shape()));
        });
    scratch = new float[workers.threads()][4][Cut.MOST];
  }

  /** Means of gradients by the weights' names; to be filled before {@link #continueAfter}. */
  Map<String, INDArray> means() {
    return means;
  }

  /** Means of squared gradients, likewise. */
  Map<String, INDArray> squares() {
    return squares;
  }

  /** Goes on as after so many steps, with the means and squares as they are. */
  void continueAfter(long steps) {
    this.steps = steps;
  }

  /** What the states take outside the heap. */
  static long bytes(Map<String, INDArray> weights) {
    return 2L * Float.BYTES * weights.values().stream().mapToLong(INDArray::length).sum();
  }

  /** Whether a weight shrinks with weight decay. */
  static boolean decays(String name) {
    return !name.endsWith("bias") && !name.contains("LayerNorm");
  }

  /**
   * Changes the weights.
   *
   * @param gradients by the weights' names
   * @param rate the learning rate of this step
   * @param scale what gradients are multiplied with first, to clip them
   */
  void step(Map<String, INDArray> gradients, double rate, double scale) {
    steps++;
    double correction =
        Math.sqrt(1 - Math.pow(constants.beta2, steps)) / (1 - Math.pow(constants.beta1, steps));
    float stepSize = (float) (rate * correction);
    float decay = (float) (rate * constants.weightDecay);
    Map<String, FloatBuffer[]> memory = new HashMap<>();
    weights.forEach(
        (name, array) ->
            memory.put(
                name,
                new FloatBuffer[] {
                  Cut.memory(array),
                  Cut.memory(gradients.get(name)),
                  Cut.memory(means.get(name)),
                  Cut.memory(squares.get(name))
                }));
    workers.run(
        cuts.size(),
        (task, worker) -> {
          Cut cut = cuts.get(task);
          FloatBuffer[] buffers = memory.get(cut.name());
          float[][] values = scratch[worker];
          for (int i = 0; i < values.length; i++) {
            cut.read(buffers[i], values[i]);
          }
          update(values, cut.length(), (float) scale, stepSize, decays(cut.name()) ? decay : 0);
          cut.write(values[0], buffers[0]);
          cut.write(values[2], buffers[2]);
          cut.write(values[3], buffers[3]);
        });
  }

  private void update(float[][] values, int length, float scale, float stepSize, float decay) {
    float[] w = values[0];
    float[] g = values[1];
    float[] m = values[2];
    float[] v = values[3];
    float beta1 = (float) constants.beta1;
    float beta2 = (float) constants.beta2;
    float rest1 = (float) (1 - constants.beta1);
    float rest2 = (float) (1 - constants.beta2);
    float epsilon = (float) constants.epsilon;
    for (int i = 0; i < length; i++) {
      float gradient = scale * g[i];
      m[i] = beta1 * m[i] + rest1 * gradient;
      v[i] = beta2 * v[i] + rest2 * gradient * gradient;
      float moved = w[i] - stepSize * (m[i] / ((float) Math.sqrt(v[i]) + epsilon));
      w[i] = moved - decay * moved;
    }
  }

  /** Gives the states' memory back. */
  @Override
  public void close() {
    means.values().forEach(INDArray::close);
    squares.values().forEach(INDArray::close);
  }
}

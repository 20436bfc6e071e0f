package org.javatron.model;

import java.io.Closeable;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.javatron.kernels.AdamWStep;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Memory;
import org.javatron.model.TokenBatch.BatchLimits;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * What {@link TrainableEncoder} does, where the kernels' arrays are: passes forwards and backwards,
 * sums of gradients, steps of AdamW.
 *
 * @param <A> what the kernels' arrays are
 */
final class TrainingPasses<A> implements Closeable {
  private final Kernels<A> kernels;
  private final Memory<A> memory;
  private final Parameters<A> parameters;
  private final int dim;
  private final BatchLimits limits;
  private final TokenBatch<A> batch;
  private final A dropoutKeys;
  private final A vectorGradients;
  private final GraphExecutor<A> executor;
  private final Map<String, A> sums = new LinkedHashMap<>();
  private final Map<String, A> means = new LinkedHashMap<>();
  private final Map<String, A> squares = new LinkedHashMap<>();

  /** The pass whose activations wait for {@link #backward}; null if none does. */
  private GraphExecutor<A>.Pass forward;

  private int sequences;

  /** The pass whose gradients stand in the executor's buffers, not added to the sums yet. */
  private GraphExecutor<A>.Pass pending;

  private boolean summed;

  /**
   * A graph made by {@link BertGraph#buildForTraining} with its gradients behind it. SameDiff reads
   * the weights while it differentiates.
   */
  static SameDiff differentiated(SameDiff graph, Set<String> weights) {
    return Differentiation.of(graph, BertGraph.SURROGATE, weights);
  }

  /**
   * Plans the passes.
   *
   * @param gradient made by {@link #differentiated}
   * @param parameters its weights; closed by their owner, as are the kernels
   * @param limits the largest batch
   * @param dim values in a vector
   */
  TrainingPasses(
      Kernels<A> kernels,
      SameDiff gradient,
      Parameters<A> parameters,
      BatchLimits limits,
      int dim) {
    this.kernels = kernels;
    this.parameters = parameters;
    this.limits = limits;
    this.dim = dim;
    memory = kernels.memory();
    Map<String, long[]> largest = new HashMap<>(limits.largestShapes());
    largest.put(BertGraph.DROPOUT_KEYS, new long[] {limits.sequences()});
    largest.put(BertGraph.VECTOR_GRADIENTS, new long[] {limits.sequences(), dim});
    Set<String> names = parameters.arrays().keySet();
    Set<String> outputs = Differentiation.gradients(names);
    outputs.add(BertGraph.VECTORS);
    executor = new GraphExecutor<>(gradient, parameters.arrays(), kernels, largest, outputs);
    batch = new TokenBatch<>(memory, limits);
    dropoutKeys = memory.allocate(Memory.Kind.LONG, limits.sequences());
    vectorGradients = memory.allocate(Memory.Kind.FLOAT, limits.sequences(), dim);
  }

  void forward(List<int[]> texts, long[] keys, float[] vectors, int offset) {
    addPending();
    Map<String, A> placeholders = new HashMap<>(batch.pack(texts));
    sequences = texts.size();
    memory.put(dropoutKeys, keys, sequences);
    placeholders.put(BertGraph.DROPOUT_KEYS, memory.view(dropoutKeys, sequences));
    forward = executor.begin(placeholders);
    memory.get(forward.until(BertGraph.VECTORS), vectors, offset, sequences * dim);
  }

  void backward(float[] dVectors, int offset) {
    if (forward == null) {
      throw new IllegalStateException("backward needs a forward pass before it");
    }
    memory.put(vectorGradients, dVectors, offset, sequences * dim);
    forward.put(BertGraph.VECTOR_GRADIENTS, memory.view(vectorGradients, sequences, dim));
    forward.finish();
    pending = forward;
    forward = null;
  }

  /** The executor's buffers are used again by the next pass, so what is there is added up first. */
  private void addPending() {
    if (pending == null) {
      return;
    }
    parameters
        .arrays()
        .forEach(
            (name, weight) -> {
              A gradient = pending.get(Differentiation.gradient(name));
              A sum = sums.computeIfAbsent(name, n -> like(weight));
              if (summed) {
                kernels.add(sum, gradient, sum);
              } else {
                memory.copy(gradient, sum);
              }
            });
    summed = true;
    pending = null;
  }

  private A like(A weight) {
    return memory.allocate(Memory.Kind.FLOAT, memory.shape(weight));
  }

  void zeroGradients() {
    pending = null;
    summed = false;
  }

  /** The sums by the weights' names, to be read before the next forward pass. */
  Map<String, A> gradients() {
    if (pending != null && !summed) {
      Map<String, A> gradients = new LinkedHashMap<>();
      for (String name : parameters.arrays().keySet()) {
        gradients.put(name, pending.get(Differentiation.gradient(name)));
      }
      return gradients;
    }
    addPending();
    if (!summed) {
      throw new IllegalStateException("there are no gradients before a backward pass");
    }
    return sums;
  }

  FloatBuffer gradient(String name) {
    return memory.values(gradients().get(name));
  }

  double sumOfSquaredGradients() {
    return kernels.sumOfSquares(new ArrayList<>(gradients().values()));
  }

  void update(Function<String, AdamWStep> step) {
    states();
    gradients()
        .forEach(
            (name, gradient) ->
                kernels.adamW(
                    parameters.get(name),
                    gradient,
                    means.get(name),
                    squares.get(name),
                    step.apply(name)));
  }

  /** Makes the optimiser's states, all 0, if they aren't there yet. */
  private void states() {
    if (means.isEmpty()) {
      for (Map<String, A> states : List.of(means, squares)) {
        parameters.arrays().forEach((name, weight) -> states.put(name, like(weight)));
        states.values().forEach(memory::zero);
      }
    }
  }

  FloatBuffer mean(String name) {
    states();
    return memory.values(means.get(name));
  }

  FloatBuffer square(String name) {
    states();
    return memory.values(squares.get(name));
  }

  void setStates(String name, FloatBuffer mean, FloatBuffer square) {
    states();
    memory.set(means.get(name), mean);
    memory.set(squares.get(name), square);
  }

  long bytes() {
    return executor.bufferBytes()
        + batch.bytes()
        + memory.bytes(Memory.Kind.FLOAT, (long) limits.sequences() * dim)
        + memory.bytes(Memory.Kind.LONG, limits.sequences());
  }

  @Override
  public void close() {
    executor.close();
    batch.close();
    memory.free(dropoutKeys);
    memory.free(vectorGradients);
    for (Map<String, A> arrays : List.of(sums, means, squares)) {
      arrays.values().forEach(memory::free);
    }
  }
}

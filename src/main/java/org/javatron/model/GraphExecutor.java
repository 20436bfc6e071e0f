package org.javatron.model;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.javatron.kernels.Kernels;
import org.javatron.ops.KernelOp;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Runs a SameDiff graph of {@link KernelOp}s: walks its ops in the order they were added, which is
 * an order in which each finds its inputs ready.
 *
 * <p>SameDiff's own session looks up, per run, which ops are needed, allocates each result and
 * frees it by reference counts. Here that is decided once: buffers are sized for the largest batch
 * and shared by {@link BufferPlan}, so a run allocates nothing but array headers.
 *
 * <p>Not thread-safe.
 */
final class GraphExecutor implements Closeable {
  /** An op with the names it reads and writes, and the buffer of each result. */
  private record Step(KernelOp op, List<String> in, List<String> out, int[] buffers) {}

  private final Kernels kernels;
  private final List<Step> steps = new ArrayList<>();
  private final List<INDArray> buffers = new ArrayList<>();
  private final Map<String, INDArray> weights = new HashMap<>();

  /**
   * Plans the runs.
   *
   * @param graph of {@link KernelOp}s only
   * @param kernels compute the ops; closed by their owner
   * @param largest the greatest shape each placeholder will have
   * @param outputs variables whose values must stay readable until the next run
   */
  GraphExecutor(SameDiff graph, Kernels kernels, Map<String, long[]> largest, Set<String> outputs) {
    this.kernels = kernels;
    Map<String, long[]> shapes = new HashMap<>(largest);
    for (SDVariable variable : graph.variables()) {
      if (variable.getArr(false) != null) {
        weights.put(variable.name(), variable.getArr());
        shapes.put(variable.name(), variable.getArr().shape());
      }
    }
    plan(graph.getOps().values(), shapes, outputs);
  }

  private void plan(Iterable<SameDiffOp> ops, Map<String, long[]> shapes, Set<String> outputs) {
    Map<String, Integer> lastReader = new HashMap<>();
    int index = 0;
    for (SameDiffOp node : ops) {
      for (String input : node.getInputsToOp()) {
        lastReader.put(input, index);
      }
      index++;
    }
    BufferPlan plan = new BufferPlan();
    Map<String, Integer> place = new HashMap<>();
    for (SameDiffOp node : ops) {
      if (!(node.getOp() instanceof KernelOp op)) {
        throw new IllegalArgumentException(
            "the executor runs kernel ops only, got " + node.getOp().opName());
      }
      Step step = step(op, node, shapes, plan);
      for (int i = 0; i < step.out.size(); i++) {
        place.put(step.out.get(i), step.buffers[i]);
      }
      // Only now, so that no op writes where it reads.
      for (String name : Set.copyOf(step.in)) {
        boolean last = lastReader.get(name) == steps.size();
        if (last && place.containsKey(name) && !outputs.contains(name)) {
          plan.release(place.get(name));
        }
      }
      steps.add(step);
    }
    for (long capacity : plan.capacities()) {
      buffers.add(Nd4j.createUninitialized(DataType.FLOAT, capacity));
    }
  }

  private static Step step(
      KernelOp op, SameDiffOp node, Map<String, long[]> shapes, BufferPlan plan) {
    List<String> in = node.getInputsToOp();
    List<String> out = node.getOutputsOfOp();
    List<long[]> results = op.outputShapes(in.stream().map(shapes::get).toList());
    int[] places = new int[out.size()];
    for (int i = 0; i < places.length; i++) {
      shapes.put(out.get(i), results.get(i));
      places[i] = plan.take(length(results.get(i)));
    }
    return new Step(op, in, out, places);
  }

  /**
   * Computes the graph.
   *
   * @param placeholders an array for each, no larger than planned
   * @return every variable of the graph; activations that are not among the planned outputs have
   *     been overwritten by later ones
   */
  Map<String, INDArray> run(Map<String, INDArray> placeholders) {
    Map<String, INDArray> values = new HashMap<>(weights);
    values.putAll(placeholders);
    for (Step step : steps) {
      List<INDArray> in = step.in.stream().map(values::get).toList();
      List<long[]> shapes = step.op.outputShapes(in.stream().map(INDArray::shape).toList());
      List<INDArray> out = new ArrayList<>();
      for (int i = 0; i < shapes.size(); i++) {
        out.add(view(buffers.get(step.buffers[i]), shapes.get(i)));
        values.put(step.out.get(i), out.get(i));
      }
      step.op.run(kernels, in, out);
    }
    return values;
  }

  /** The first values of a buffer, in this shape; nothing is copied. */
  private static INDArray view(INDArray buffer, long[] shape) {
    if (length(shape) > buffer.length()) {
      throw new IllegalArgumentException(
          "a batch of more than the planned " + buffer.length() + " values: " + length(shape));
    }
    return Nd4j.create(buffer.data(), shape, Nd4j.getStrides(shape, 'c'), 0, 'c');
  }

  private static long length(long[] shape) {
    long product = 1;
    for (long dimension : shape) {
      product *= dimension;
    }
    return product;
  }

  /** Bytes of the shared buffers. */
  long bufferBytes() {
    return buffers.stream().mapToLong(INDArray::length).sum() * Float.BYTES;
  }

  /** Gives the buffers back; the weights are their owner's. */
  @Override
  public void close() {
    buffers.forEach(INDArray::close);
  }
}

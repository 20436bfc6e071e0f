package org.javatron.model;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.Pointer;
import org.javatron.kernels.Kernels;
import org.javatron.ops.KernelOp;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.AddOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Runs a SameDiff graph of {@link KernelOp}s, and of the additions that differentiating puts
 * between them: walks its ops in the order they were added, which is an order in which each finds
 * its inputs ready. Ops that no wanted output depends on are left out.
 *
 * <p>SameDiff's own session looks up, per run, which ops are needed, allocates each result and
 * frees it by reference counts. Here that is decided once: buffers are sized for the largest batch
 * and shared by {@link BufferPlan}; the first run allocates them, so that their size can be told
 * before, and later ones allocate nothing but array headers.
 *
 * <p>Not thread-safe.
 */
final class GraphExecutor implements Closeable {
  /** An op with the names it reads and writes, and the buffer of each result. */
  private record Step(KernelOp op, List<String> in, List<String> out, int[] buffers) {
    /** An addition has no op of ours. */
    List<long[]> shapes(List<long[]> inputs) {
      return op == null ? List.of(inputs.get(0)) : op.outputShapes(inputs);
    }

    void run(Kernels kernels, List<INDArray> inputs, List<INDArray> outputs) {
      if (op == null) {
        kernels.add(inputs.get(0), inputs.get(1), outputs.get(0));
      } else {
        op.run(kernels, inputs, outputs);
      }
    }
  }

  private final Kernels kernels;
  private final List<Step> steps = new ArrayList<>();
  private final List<Long> capacities = new ArrayList<>();
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
      if (variable.getVariableType() == VariableType.VARIABLE) {
        weights.put(variable.name(), variable.getArr());
        shapes.put(variable.name(), variable.getArr().shape());
      }
    }
    plan(needed(new ArrayList<>(graph.getOps().values()), outputs), shapes, outputs);
  }

  /** The ops that the outputs depend on, in order. */
  private static List<SameDiffOp> needed(List<SameDiffOp> ops, Set<String> outputs) {
    Set<String> wanted = new HashSet<>(outputs);
    List<SameDiffOp> needed = new ArrayList<>();
    for (int i = ops.size() - 1; i >= 0; i--) {
      if (ops.get(i).getOutputsOfOp().stream().anyMatch(wanted::contains)) {
        wanted.addAll(ops.get(i).getInputsToOp());
        needed.add(0, ops.get(i));
      }
    }
    return needed;
  }

  private void plan(List<SameDiffOp> ops, Map<String, long[]> shapes, Set<String> outputs) {
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
      Step step = step(node, shapes, plan);
      for (int i = 0; i < step.out.size(); i++) {
        place.put(step.out.get(i), step.buffers[i]);
        lastReader.putIfAbsent(step.out.get(i), steps.size()); // nobody reads it
      }
      // Only now, so that no op writes where it reads.
      Set<String> names = new HashSet<>(step.in);
      names.addAll(step.out);
      for (String name : names) {
        boolean last = lastReader.get(name) == steps.size();
        if (last && place.containsKey(name) && !outputs.contains(name)) {
          plan.release(place.get(name));
        }
      }
      steps.add(step);
    }
    capacities.addAll(plan.capacities());
  }

  /**
   * Makes the buffers, if they aren't there yet.
   *
   * @throws OutOfMemoryError if they are more than this process may still take; said at once rather
   *     than after minutes of filling the memory
   */
  private void allocate() {
    if (!buffers.isEmpty()) {
      return;
    }
    long most = Pointer.maxPhysicalBytes(); // 0: no limit
    long left = most - Pointer.physicalBytes();
    if (most > 0 && bufferBytes() > left) {
      throw new OutOfMemoryError(
          "batches of this size take %d MB, %d MB are left: make them smaller"
              .formatted(bufferBytes() >> 20, Math.max(0, left) >> 20));
    }
    for (long capacity : capacities) {
      buffers.add(Nd4j.createUninitialized(DataType.FLOAT, capacity));
    }
  }

  private static Step step(SameDiffOp node, Map<String, long[]> shapes, BufferPlan plan) {
    KernelOp op = node.getOp() instanceof KernelOp ours ? ours : null;
    if (op == null && !(node.getOp() instanceof AddOp)) {
      throw new IllegalArgumentException(
          "the executor runs kernel ops and additions only, got " + node.getOp().opName());
    }
    List<String> out = node.getOutputsOfOp();
    Step step = new Step(op, node.getInputsToOp(), out, new int[out.size()]);
    List<long[]> results = step.shapes(step.in.stream().map(shapes::get).toList());
    for (int i = 0; i < out.size(); i++) {
      shapes.put(out.get(i), results.get(i));
      step.buffers[i] = plan.take(length(results.get(i)));
    }
    return step;
  }

  /**
   * Computes the graph.
   *
   * @param placeholders an array for each, no larger than planned
   * @return every variable of the graph; activations that are not among the planned outputs have
   *     been overwritten by later ones
   */
  Map<String, INDArray> run(Map<String, INDArray> placeholders) {
    Pass pass = begin(placeholders);
    pass.finish();
    return pass.values;
  }

  /**
   * Begins to compute the graph; beginning another pass ends this one.
   *
   * @param placeholders arrays for those that the first part needs
   * @return the pass, nothing computed yet
   */
  Pass begin(Map<String, INDArray> placeholders) {
    allocate();
    return new Pass(placeholders);
  }

  /** One run over the graph, in as many parts as its caller likes. */
  final class Pass {
    private final Map<String, INDArray> values = new HashMap<>(weights);
    private int next;

    private Pass(Map<String, INDArray> placeholders) {
      values.putAll(placeholders);
    }

    /** Goes on until a variable is computed and returns it. */
    INDArray until(String variable) {
      while (!values.containsKey(variable)) {
        runNext();
      }
      return values.get(variable);
    }

    /** Gives a placeholder its array, for the ops to come. */
    void put(String placeholder, INDArray array) {
      values.put(placeholder, array);
    }

    /** Goes on to the end. */
    void finish() {
      while (next < steps.size()) {
        runNext();
      }
    }

    /** A variable's array, as long as no later op has overwritten it. */
    INDArray get(String variable) {
      return values.get(variable);
    }

    private void runNext() {
      Step step = steps.get(next++);
      List<INDArray> in = step.in.stream().map(values::get).toList();
      List<long[]> shapes = step.shapes(in.stream().map(INDArray::shape).toList());
      List<INDArray> out = new ArrayList<>();
      for (int i = 0; i < shapes.size(); i++) {
        out.add(view(buffers.get(step.buffers[i]), shapes.get(i)));
        values.put(step.out.get(i), out.get(i));
      }
      step.run(kernels, in, out);
    }
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

  /** Bytes of the shared buffers, whether they are there yet or not. */
  long bufferBytes() {
    return capacities.stream().mapToLong(Long::longValue).sum() * Float.BYTES;
  }

  /** Gives the buffers back; the weights are their owner's. */
  @Override
  public void close() {
    buffers.forEach(INDArray::close);
  }
}

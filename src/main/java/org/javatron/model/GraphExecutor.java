package org.javatron.model;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Memory;
import org.javatron.ops.KernelOp;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.AddOp;

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
 * <p>Where the arrays live, here or on a GPU, is the kernels' business. Not thread-safe.
 *
 * @param <A> what the kernels' arrays are
 */
final class GraphExecutor<A> implements Closeable {
  /** A buffer: what it is for, and which of those. */
  private record Place(Memory.Kind kind, int index) {}

  /** An op with the names it reads and writes, and the buffer of each result. */
  private record Step(KernelOp op, List<String> in, List<String> out, Place[] places) {
    /** An addition has no op of ours. */
    List<long[]> shapes(List<long[]> inputs) {
      return op == null ? List.of(inputs.get(0)) : op.outputShapes(inputs);
    }

    <A> void run(Kernels<A> kernels, List<A> inputs, List<A> outputs) {
      if (op == null) {
        kernels.add(inputs.get(0), inputs.get(1), outputs.get(0));
      } else {
        op.run(kernels, inputs, outputs);
      }
    }
  }

  private final Kernels<A> kernels;
  private final Memory<A> memory;
  private final List<Step> steps = new ArrayList<>();
  private final Map<Memory.Kind, BufferPlan> plans = new EnumMap<>(Memory.Kind.class);
  private final Map<Place, A> buffers = new HashMap<>();
  private final Map<String, A> parameters;

  /**
   * Plans the runs.
   *
   * @param graph of {@link KernelOp}s only
   * @param parameters the arrays of its variables, where the kernels compute; closed by their owner
   * @param kernels compute the ops; closed by their owner
   * @param largest the greatest shape each placeholder will have
   * @param outputs variables whose values must stay readable until the next run
   */
  GraphExecutor(
      SameDiff graph,
      Map<String, A> parameters,
      Kernels<A> kernels,
      Map<String, long[]> largest,
      Set<String> outputs) {
    this.kernels = kernels;
    this.memory = kernels.memory();
    this.parameters = new HashMap<>(parameters);
    Map<String, long[]> shapes = new HashMap<>(largest);
    parameters.forEach((name, array) -> shapes.put(name, memory.shape(array)));
    for (SDVariable variable : graph.variables()) {
      // What differentiating adds: the gradient of the loss with respect to itself.
      if (!parameters.containsKey(variable.name())
          && variable.getVariableType() == VariableType.VARIABLE) {
        A constant = memory.parameter(variable.getArr());
        this.parameters.put(variable.name(), constant);
        shapes.put(variable.name(), memory.shape(constant));
      }
    }
    plan(needed(new ArrayList<>(graph.getOps().values()), outputs), shapes, outputs);
    for (Step step : steps) {
      if (step.op != null) {
        step.op.prepare(kernels, step.in.stream().map(this.parameters::get).toList());
      }
    }
  }

  /** The ops that the outputs depend on, in order. */
  static List<SameDiffOp> needed(List<SameDiffOp> ops, Set<String> outputs) {
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
    Map<String, Place> places = new HashMap<>();
    for (SameDiffOp node : ops) {
      Step step = step(node, shapes, places);
      for (int i = 0; i < step.out.size(); i++) {
        lastReader.putIfAbsent(step.out.get(i), steps.size()); // nobody reads it
      }
      // Only now, so that no op writes where it reads.
      Set<String> names = new HashSet<>(step.in);
      names.addAll(step.out);
      for (String name : names) {
        boolean last = lastReader.get(name) == steps.size();
        Place place = places.get(name);
        if (last && place != null && !outputs.contains(name)) {
          plans.get(place.kind).release(place.index);
        }
      }
      steps.add(step);
    }
  }

  /** Makes the buffers, if they aren't there yet. */
  private void allocate() {
    if (!buffers.isEmpty()) {
      return;
    }
    memory.require(bufferBytes());
    plans.forEach(
        (kind, plan) -> {
          for (int i = 0; i < plan.capacities().size(); i++) {
            long length = plan.capacities().get(i);
            buffers.put(new Place(kind, i), memory.allocate(kind, length));
          }
        });
  }

  private Step step(SameDiffOp node, Map<String, long[]> shapes, Map<String, Place> places) {
    KernelOp op = node.getOp() instanceof KernelOp ours ? ours : null;
    if (op == null && !(node.getOp() instanceof AddOp)) {
      throw new IllegalArgumentException(
          "the executor runs kernel ops and additions only, got " + node.getOp().opName());
    }
    List<String> out = node.getOutputsOfOp();
    Step step = new Step(op, node.getInputsToOp(), out, new Place[out.size()]);
    List<long[]> results = step.shapes(step.in.stream().map(shapes::get).toList());
    for (int i = 0; i < out.size(); i++) {
      Memory.Kind kind = op == null ? places.get(step.in.get(0)).kind : op.outputKind(i);
      BufferPlan plan = plans.computeIfAbsent(kind, k -> new BufferPlan());
      step.places[i] = new Place(kind, plan.take(length(results.get(i))));
      shapes.put(out.get(i), results.get(i));
      places.put(out.get(i), step.places[i]);
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
  Map<String, A> run(Map<String, A> placeholders) {
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
  Pass begin(Map<String, A> placeholders) {
    allocate();
    return new Pass(placeholders);
  }

  /** One run over the graph, in as many parts as its caller likes. */
  final class Pass {
    private final Map<String, A> values = new HashMap<>(parameters);
    private int next;

    private Pass(Map<String, A> placeholders) {
      values.putAll(placeholders);
    }

    /** Goes on until a variable is computed and returns it. */
    A until(String variable) {
      while (!values.containsKey(variable)) {
        runNext();
      }
      return values.get(variable);
    }

    /** Gives a placeholder its array, for the ops to come. */
    void put(String placeholder, A array) {
      values.put(placeholder, array);
    }

    /** Goes on to the end. */
    void finish() {
      while (next < steps.size()) {
        runNext();
      }
    }

    /** A variable's array, as long as no later op has overwritten it. */
    A get(String variable) {
      return values.get(variable);
    }

    private void runNext() {
      Step step = steps.get(next++);
      List<A> in = step.in.stream().map(values::get).toList();
      List<long[]> shapes = step.shapes(in.stream().map(memory::shape).toList());
      List<A> out = new ArrayList<>();
      for (int i = 0; i < shapes.size(); i++) {
        out.add(view(step.places[i], shapes.get(i)));
        values.put(step.out.get(i), out.get(i));
      }
      step.run(kernels, in, out);
    }
  }

  /** The first values of a buffer, in this shape; nothing is copied. */
  private A view(Place place, long[] shape) {
    long planned = plans.get(place.kind).capacities().get(place.index);
    if (length(shape) > planned) {
      throw new IllegalArgumentException(
          "a batch of more than the planned " + planned + " values: " + length(shape));
    }
    return memory.view(buffers.get(place), shape);
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
    long bytes = 0;
    for (Map.Entry<Memory.Kind, BufferPlan> plan : plans.entrySet()) {
      for (long length : plan.getValue().capacities()) {
        bytes += memory.bytes(plan.getKey(), length);
      }
    }
    return bytes;
  }

  /** Gives the buffers back; the parameters are their owner's. */
  @Override
  public void close() {
    buffers.values().forEach(memory::free);
  }
}

package org.javatron.model;

import java.io.Closeable;
import java.util.Map;
import java.util.Set;
import org.javatron.kernels.KernelSettings;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Memory;
import org.javatron.ops.ContrastiveLoss;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The in-batch contrastive loss of a batch's vectors and its gradient with respect to them: {@link
 * ContrastiveLoss} as a graph of its own, apart from the encoders, so that a batch may be larger
 * than what an encoder takes at once.
 *
 * <p>Memory outside the heap: twice the largest batch's vectors and its scores. Not thread-safe.
 */
public final class ContrastiveObjective implements Closeable {
  private static final String QUERIES = "queries";
  private static final String PASSAGES = "passages";
  private static final String LOSS = "loss";
  private static final Set<String> VARIABLES = Set.of(QUERIES, PASSAGES);

  private final int dim;
  private final Kernels<?> kernels;
  private final Parts<?> parts;

  /**
   * Plans the loss of batches up to a size.
   *
   * @param maxQueries Q, queries of the largest batch
   * @param maxPassages N, passages of the largest batch
   * @param dim values in a vector
   * @param temperature what scores are divided by; 1 for the raw inner product, above 0
   * @param kernels which implementation of the ops, and how it computes
   */
  public ContrastiveObjective(
      int maxQueries, int maxPassages, int dim, double temperature, KernelSettings kernels) {
    if (!(temperature > 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException("the temperature must be above 0, got " + temperature);
    }
    this.dim = dim;
    this.kernels = Kernels.open(kernels, 1);
    SameDiff graph = Differentiation.of(graph(1 / temperature), LOSS, VARIABLES);
    parts = new Parts<>(this.kernels, graph, maxQueries, maxPassages, dim);
  }

  /** What lives where the kernels compute. */
  private static final class Parts<A> implements Closeable {
    final Memory<A> memory;
    final A queries;
    final A passages;
    final GraphExecutor<A> executor;
    final long bytes;

    Parts(Kernels<A> kernels, SameDiff graph, int maxQueries, int maxPassages, int dim) {
      memory = kernels.memory();
      Set<String> outputs = Differentiation.gradients(VARIABLES);
      outputs.add(LOSS);
      Map<String, long[]> largest =
          Map.of(QUERIES, new long[] {maxQueries, dim}, PASSAGES, new long[] {maxPassages, dim});
      executor = new GraphExecutor<>(graph, Map.of(), kernels, largest, outputs);
      queries = memory.allocate(Memory.Kind.FLOAT, maxQueries, dim);
      passages = memory.allocate(Memory.Kind.FLOAT, maxPassages, dim);
      long scores = (long) maxQueries * (maxPassages + 1L); // and each query's loss
      long vectors = ((long) maxQueries + maxPassages) * dim;
      bytes = memory.bytes(Memory.Kind.FLOAT, vectors + scores) + executor.bufferBytes();
    }

    double run(float[] vectors, int queryCount, int passageCount, int dim, float[] gradient) {
      int split = queryCount * dim;
      memory.put(queries, vectors, 0, split);
      memory.put(passages, vectors, split, vectors.length - split);
      Map<String, A> values =
          executor.run(
              Map.of(
                  QUERIES, memory.view(queries, queryCount, dim),
                  PASSAGES, memory.view(passages, passageCount, dim)));
      memory.get(values.get(Differentiation.gradient(QUERIES)), gradient, 0, split);
      memory.get(
          values.get(Differentiation.gradient(PASSAGES)), gradient, split, vectors.length - split);
      float[] loss = new float[1];
      memory.get(values.get(LOSS), loss, 0, 1);
      return loss[0];
    }

    @Override
    public void close() {
      executor.close();
      memory.free(queries);
      memory.free(passages);
    }
  }

  private static SameDiff graph(double scale) {
    SameDiff graph = SameDiff.create();
    SDVariable queries = graph.placeHolder(QUERIES, DataType.FLOAT, -1, -1);
    SDVariable passages = graph.placeHolder(PASSAGES, DataType.FLOAT, -1, -1);
    new ContrastiveLoss(graph, queries, passages, scale).outputVariable().rename(LOSS);
    return graph;
  }

  /**
   * The loss of a batch and its gradient.
   *
   * @param vectors float32 [Q + N, dim]: the queries', then the passages', n a query, its positive
   *     first
   * @param queryCount Q, at least 1; N is a multiple of it
   * @param gradient receives float32 [Q + N, dim], the gradient with respect to {@code vectors}
   * @return the loss, not finite if a vector is not
   */
  public double run(float[] vectors, int queryCount, float[] gradient) {
    int passageCount = vectors.length / dim - queryCount;
    if (passageCount < queryCount || passageCount % queryCount != 0) {
      throw new IllegalArgumentException(
          passageCount + " passages are not as many for each of " + queryCount + " queries");
    }
    return parts.run(vectors, queryCount, passageCount, dim, gradient);
  }

  /**
   * What the loss holds outside the Java heap, scratch buffers for scores included.
   *
   * @return bytes
   */
  public long memoryBytes() {
    return parts.bytes + kernels.scratchBytes();
  }

  /** Gives the memory back and ends the threads. */
  @Override
  public void close() {
    parts.close();
    kernels.close();
  }
}

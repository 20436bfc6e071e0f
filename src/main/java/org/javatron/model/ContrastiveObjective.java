package org.javatron.model;

import java.io.Closeable;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.Kernels;
import org.javatron.ops.ContrastiveLoss;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

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
  private final Kernels kernels;
  private final INDArray queries;
  private final INDArray passages;
  private final GraphExecutor executor;

  /**
   * Plans the loss of batches up to a size.
   *
   * @param maxQueries Q, queries of the largest batch
   * @param maxPassages N, passages of the largest batch
   * @param dim values in a vector
   * @param temperature what scores are divided by; 1 for the raw inner product, above 0
   * @param kernels which implementation of the ops
   * @param threads threads that compute, the caller's included; at least 1
   */
  public ContrastiveObjective(
      int maxQueries,
      int maxPassages,
      int dim,
      double temperature,
      KernelSet kernels,
      int threads) {
    if (!(temperature > 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException("the temperature must be above 0, got " + temperature);
    }
    this.dim = dim;
    this.kernels = Kernels.open(kernels, threads, 1);
    queries = Nd4j.createUninitialized(DataType.FLOAT, maxQueries, dim);
    passages = Nd4j.createUninitialized(DataType.FLOAT, maxPassages, dim);
    Set<String> outputs = Differentiation.gradients(VARIABLES);
    outputs.add(LOSS);
    Map<String, long[]> largest = Map.of(QUERIES, queries.shape(), PASSAGES, passages.shape());
    SameDiff gradient = Differentiation.of(graph(1 / temperature), LOSS, VARIABLES);
    executor = new GraphExecutor(gradient, this.kernels, largest, outputs);
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
    int split = queryCount * dim;
    int passageCount = vectors.length / dim - queryCount;
    if (passageCount < queryCount || passageCount % queryCount != 0) {
      throw new IllegalArgumentException(
          passageCount + " passages are not as many for each of " + queryCount + " queries");
    }
    queries.data().asNioFloat().put(vectors, 0, split);
    passages.data().asNioFloat().put(vectors, split, vectors.length - split);
    Map<String, INDArray> values =
        executor.run(
            Map.of(
                QUERIES, TokenBatch.first(queries, queryCount),
                PASSAGES, TokenBatch.first(passages, passageCount)));
    read(values, QUERIES).get(0, gradient, 0, split);
    read(values, PASSAGES).get(0, gradient, split, vectors.length - split);
    return values.get(LOSS).getDouble(0);
  }

  private static FloatBuffer read(Map<String, INDArray> values, String variable) {
    return values.get(Differentiation.gradient(variable)).data().asNioFloat();
  }

  /**
   * What the loss holds outside the Java heap, scratch buffers for scores included.
   *
   * @return bytes
   */
  public long memoryBytes() {
    long scores = queries.size(0) * passages.size(0);
    return (queries.length() + passages.length() + scores) * Float.BYTES + executor.bufferBytes();
  }

  /** Gives the memory back and ends the threads. */
  @Override
  public void close() {
    executor.close();
    kernels.close();
    queries.close();
    passages.close();
  }
}

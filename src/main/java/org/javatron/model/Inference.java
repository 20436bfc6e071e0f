package org.javatron.model;

import java.io.Closeable;
import java.util.List;
import java.util.Set;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Memory;
import org.javatron.model.TokenBatch.BatchLimits;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Token ids to vectors, a batch at a time, with nothing kept.
 *
 * @param <A> what the kernels' arrays are
 */
final class Inference<A> implements Closeable {
  private final Memory<A> memory;
  private final TokenBatch<A> batch;
  private final GraphExecutor<A> executor;
  private final int dim;

  /**
   * Plans the batches.
   *
   * @param graph made by {@link BertGraph#build}
   * @param parameters its weights; closed by their owner, as are the kernels
   * @param limits the largest batch
   * @param dim values in a vector
   */
  Inference(
      Kernels<A> kernels, SameDiff graph, Parameters<A> parameters, BatchLimits limits, int dim) {
    this.dim = dim;
    memory = kernels.memory();
    executor =
        new GraphExecutor<>(
            graph, parameters.arrays(), kernels, limits.largestShapes(), Set.of(BertGraph.VECTORS));
    batch = new TokenBatch<>(memory, limits);
  }

  /** Writes the vectors of at least one text to {@code out}, from {@code offset} on. */
  void encode(List<int[]> texts, float[] out, int offset) {
    A vectors = executor.run(batch.pack(texts)).get(BertGraph.VECTORS);
    memory.get(vectors, out, offset, texts.size() * dim);
  }

  long bytes() {
    return executor.bufferBytes() + batch.bytes();
  }

  @Override
  public void close() {
    executor.close();
    batch.close();
  }
}

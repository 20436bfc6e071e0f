package org.javatron.train;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.javatron.kernels.KernelSettings;
import org.javatron.model.ContrastiveObjective;
import org.javatron.model.TrainableEncoder;

/**
 * The gradient of one batch: texts to vectors, the loss over all of them, and back.
 *
 * <p>Without chunks, one pass holds the activations of the whole batch. With chunks this is
 * GradCache (Gao et al. 2021, "Scaling deep contrastive learning batch size under memory limited
 * setup"):
 *
 * <ol>
 *   <li>every chunk is encoded, and only its vectors are kept;
 *   <li>the loss of the whole batch gives its gradient with respect to each vector;
 *   <li>every chunk is encoded once more, with the same dropout masks, and sent back with its
 *       vectors' gradients.
 * </ol>
 *
 * <p>The gradients are the whole batch's, up to the rounding of sums taken in another order, while
 * memory is that of one chunk, whatever the batch. The price is a second forward pass: about a
 * third more work. (The chunk that was encoded last still has its activations and is spared that.)
 *
 * <p>Not thread-safe.
 */
final class ContrastiveStep implements Closeable {
  /** Texts that go through an encoder together, and where their vectors stand. */
  private record Chunk(TrainableEncoder encoder, List<int[]> texts, long[] keys, int offset) {}

  private final TrainableEncoder queryEncoder;
  private final TrainableEncoder passageEncoder;
  private final StepShape shape;
  private final ContrastiveObjective objective;

  /**
   * @param queryEncoder encodes the queries
   * @param passageEncoder encodes the passages; the same object if the model is tied
   * @param shape the largest batch and its chunks
   * @param temperature what scores are divided by, above 0
   * @param kernels compute the loss
   */
  ContrastiveStep(
      TrainableEncoder queryEncoder,
      TrainableEncoder passageEncoder,
      StepShape shape,
      double temperature,
      KernelSettings kernels) {
    if (queryEncoder.dim() != passageEncoder.dim()) {
      throw new IllegalArgumentException(
          "the encoders' vectors should have one length, found "
              + queryEncoder.dim()
              + " values for queries and "
              + passageEncoder.dim()
              + " for passages");
    }
    this.queryEncoder = queryEncoder;
    this.passageEncoder = passageEncoder;
    this.shape = shape;
    objective =
        new ContrastiveObjective(
            shape.queries(), shape.passages(), queryEncoder.dim(), temperature, kernels);
  }

  /**
   * Adds a batch's gradients to the encoders'.
   *
   * @param queries token ids of each query
   * @param passages token ids of each passage, as many a query, query by query, the positive first
   * @param queryKeys dropout keys, one a query
   * @param passageKeys dropout keys, one a passage
   * @param weight what the loss is multiplied with before it is differentiated: 1, or 1 / the
   *     number of micro-batches
   * @return the loss, not multiplied; the encoders' gradients are left alone if it is not finite
   */
  double run(
      List<int[]> queries,
      List<int[]> passages,
      long[] queryKeys,
      long[] passageKeys,
      double weight) {
    int dim = queryEncoder.dim();
    List<Chunk> chunks = chunks(queries, passages, queryKeys, passageKeys);
    float[] vectors = new float[(queries.size() + passages.size()) * dim];
    for (Chunk chunk : chunks) {
      chunk.encoder.forward(chunk.texts, chunk.keys, vectors, chunk.offset * dim);
    }
    float[] gradient = new float[vectors.length];
    double loss = objective.run(vectors, queries.size(), gradient);
    if (!Double.isFinite(loss)) {
      return loss;
    }
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] *= (float) weight;
    }
    Set<TrainableEncoder> fresh = new HashSet<>(List.of(queryEncoder));
    fresh.add(passageEncoder);
    for (int i = chunks.size() - 1; i >= 0; i--) {
      Chunk chunk = chunks.get(i);
      if (!fresh.remove(chunk.encoder)) {
        chunk.encoder.forward(chunk.texts, chunk.keys, vectors, chunk.offset * dim);
      }
      chunk.encoder.backward(gradient, chunk.offset * dim);
    }
    return loss;
  }

  private List<Chunk> chunks(
      List<int[]> queries, List<int[]> passages, long[] queryKeys, long[] passageKeys) {
    List<Chunk> chunks = new ArrayList<>();
    if (queryEncoder == passageEncoder && !shape.gradCache()) {
      List<int[]> texts = new ArrayList<>(queries);
      texts.addAll(passages);
      long[] keys = Arrays.copyOf(queryKeys, texts.size());
      System.arraycopy(passageKeys, 0, keys, queries.size(), passages.size());
      chunks.add(new Chunk(queryEncoder, texts, keys, 0));
      return chunks;
    }
    cut(queryEncoder, queries, queryKeys, 0, shape.queriesAtOnce(), chunks);
    cut(passageEncoder, passages, passageKeys, queries.size(), shape.passagesAtOnce(), chunks);
    return chunks;
  }

  private static void cut(
      TrainableEncoder encoder,
      List<int[]> texts,
      long[] keys,
      int offset,
      int size,
      List<Chunk> chunks) {
    for (int from = 0; from < texts.size(); from += size) {
      int to = Math.min(texts.size(), from + size);
      chunks.add(
          new Chunk(
              encoder, texts.subList(from, to), Arrays.copyOfRange(keys, from, to), offset + from));
    }
  }

  /** Bytes outside the heap beside the encoders'. */
  long memoryBytes() {
    return objective.memoryBytes();
  }

  @Override
  public void close() {
    objective.close();
  }
}

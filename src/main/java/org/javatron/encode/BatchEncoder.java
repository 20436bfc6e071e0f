package org.javatron.encode;

import java.util.ArrayList;
import java.util.List;
import org.javatron.io.Progress;
import org.javatron.model.TextEncoder;

/** Encodes sequences that are in memory, in batches of like lengths. */
public final class BatchEncoder {
  private BatchEncoder() {}

  /**
   * Encodes all sequences.
   *
   * @param encoder the model
   * @param sequences token ids of each text, special tokens included, none longer than the
   *     encoder's batch
   * @param progress counts sequences, a batch at a time
   * @return float32 {@code [sequences.size(), encoder.dim()]}, row-major, rows in the given order
   * @throws IllegalArgumentException if one sequence alone is longer than a batch
   * @throws ArithmeticException if the vectors have 2^31 values or more
   */
  public static float[] encode(TextEncoder encoder, List<int[]> sequences, Progress progress) {
    int dim = encoder.dim();
    float[] vectors = new float[Math.multiplyExact(sequences.size(), dim)];
    int[] lengths = sequences.stream().mapToInt(sequence -> sequence.length).toArray();
    for (int[] batch : BatchPlanner.plan(lengths, encoder.maxTokensPerBatch())) {
      List<int[]> together = new ArrayList<>(batch.length);
      for (int position : batch) {
        together.add(sequences.get(position));
      }
      float[] rows = new float[batch.length * dim];
      encoder.encode(together, rows, 0);
      for (int i = 0; i < batch.length; i++) {
        System.arraycopy(rows, i * dim, vectors, batch[i] * dim, dim);
      }
      progress.step(batch.length);
    }
    return vectors;
  }
}

package org.javatron.model;

import java.io.Closeable;
import java.nio.IntBuffer;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The graph's placeholders: sequences laid end to end in memory that is used again each batch. */
final class TokenBatch implements Closeable {
  private final int maxTokens;
  private final int maxSequences;
  private final int vocabSize;
  private final int maxPositions;
  private final INDArray ids;
  private final INDArray offsets;

  /** For any number of sequences. */
  TokenBatch(int maxTokens, int vocabSize, int maxPositions) {
    this(maxTokens, maxTokens, vocabSize, maxPositions);
  }

  TokenBatch(int maxTokens, int maxSequences, int vocabSize, int maxPositions) {
    this.maxTokens = maxTokens;
    this.maxSequences = maxSequences;
    this.vocabSize = vocabSize;
    this.maxPositions = maxPositions;
    ids = Nd4j.createUninitialized(DataType.INT32, maxTokens);
    offsets = Nd4j.createUninitialized(DataType.INT32, maxSequences + 1L);
  }

  /** Shapes of the placeholders in the largest batch. */
  Map<String, long[]> largestShapes() {
    return Map.of(
        BertGraph.TOKEN_IDS, new long[] {maxTokens},
        BertGraph.OFFSETS, new long[] {maxSequences + 1L});
  }

  /** Checks and packs the sequences; the arrays are valid until the next call. */
  Map<String, INDArray> pack(List<int[]> sequences) {
    int total = 0;
    for (int i = 0; i < sequences.size(); i++) {
      check(sequences.get(i), i);
      total = Math.addExact(total, sequences.get(i).length);
    }
    if (total > maxTokens) {
      throw new IllegalArgumentException(
          "a batch holds at most " + maxTokens + " tokens, got " + total);
    }
    if (sequences.size() > maxSequences) {
      throw new IllegalArgumentException(
          "a batch holds at most " + maxSequences + " sequences, got " + sequences.size());
    }
    IntBuffer idBuffer = ids.data().asNioInt();
    IntBuffer offsetBuffer = offsets.data().asNioInt();
    offsetBuffer.put(0);
    for (int[] sequence : sequences) {
      idBuffer.put(sequence);
      offsetBuffer.put(idBuffer.position());
    }
    return Map.of(
        BertGraph.TOKEN_IDS, first(ids, total),
        BertGraph.OFFSETS, first(offsets, sequences.size() + 1));
  }

  /** The first rows of an array, nothing copied. */
  static INDArray first(INDArray array, int rows) {
    return array.get(NDArrayIndex.interval(0, rows));
  }

  private void check(int[] sequence, int index) {
    if (sequence.length == 0 || sequence.length > maxPositions) {
      throw new IllegalArgumentException(
          "sequence "
              + index
              + " of the batch has "
              + sequence.length
              + " tokens, the model takes 1 to "
              + maxPositions);
    }
    for (int id : sequence) {
      if (id < 0 || id >= vocabSize) {
        throw new IllegalArgumentException(
            "sequence "
                + index
                + " of the batch holds token id "
                + id
                + ", the vocabulary ends at "
                + (vocabSize - 1));
      }
    }
  }

  /** Bytes of both arrays. */
  long bytes() {
    return (ids.length() + offsets.length()) * Integer.BYTES;
  }

  @Override
  public void close() {
    ids.close();
    offsets.close();
  }
}

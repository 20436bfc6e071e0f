package org.javatron.model;

import java.io.Closeable;
import java.util.List;
import java.util.Map;
import org.javatron.kernels.Memory;

/**
 * The graph's placeholders: sequences laid end to end in memory that is used again each batch.
 *
 * @param <A> what the kernels' arrays are
 */
final class TokenBatch<A> implements Closeable {
  private final BatchLimits limits;
  private final Memory<A> memory;
  private final A ids;
  private final A offsets;
  private final int[] idValues;
  private final int[] offsetValues;

  /**
   * What a batch may hold.
   *
   * @param tokens of all sequences together
   * @param sequences how many
   * @param vocabSize ids are below it
   * @param maxPositions the most tokens of one sequence
   */
  record BatchLimits(int tokens, int sequences, int vocabSize, int maxPositions) {
    /** Any number of sequences. */
    BatchLimits(int tokens, int vocabSize, int maxPositions) {
      this(tokens, tokens, vocabSize, maxPositions);
    }

    /** Shapes of the placeholders in the largest batch. */
    Map<String, long[]> largestShapes() {
      return Map.of(
          BertGraph.TOKEN_IDS, new long[] {tokens},
          BertGraph.OFFSETS, new long[] {sequences + 1L});
    }
  }

  TokenBatch(Memory<A> memory, BatchLimits limits) {
    this.memory = memory;
    this.limits = limits;
    ids = memory.allocate(Memory.Kind.INT, limits.tokens);
    offsets = memory.allocate(Memory.Kind.INT, limits.sequences + 1L);
    idValues = new int[limits.tokens];
    offsetValues = new int[limits.sequences + 1];
  }

  /** Checks and packs the sequences; the arrays are valid until the next call. */
  Map<String, A> pack(List<int[]> sequences) {
    int total = 0;
    for (int i = 0; i < sequences.size(); i++) {
      check(sequences.get(i), i);
      total = Math.addExact(total, sequences.get(i).length);
    }
    if (total > limits.tokens) {
      throw new IllegalArgumentException(
          "a batch holds at most " + limits.tokens + " tokens, got " + total);
    }
    int count = sequences.size();
    if (count > limits.sequences) {
      throw new IllegalArgumentException(
          "a batch holds at most " + limits.sequences + " sequences, got " + count);
    }
    int at = 0;
    for (int i = 0; i < count; i++) {
      int[] sequence = sequences.get(i);
      System.arraycopy(sequence, 0, idValues, at, sequence.length);
      at += sequence.length;
      offsetValues[i + 1] = at;
    }
    memory.put(ids, idValues, total);
    memory.put(offsets, offsetValues, count + 1);
    return Map.of(
        BertGraph.TOKEN_IDS, memory.view(ids, total),
        BertGraph.OFFSETS, memory.view(offsets, count + 1));
  }

  private void check(int[] sequence, int index) {
    if (sequence.length == 0 || sequence.length > limits.maxPositions) {
      throw new IllegalArgumentException(
          "sequence "
              + index
              + " of the batch has "
              + sequence.length
              + " tokens, the model takes 1 to "
              + limits.maxPositions);
    }
    for (int id : sequence) {
      if (id < 0 || id >= limits.vocabSize) {
        throw new IllegalArgumentException(
            "sequence "
                + index
                + " of the batch holds token id "
                + id
                + ", the vocabulary ends at "
                + (limits.vocabSize - 1));
      }
    }
  }

  /** Bytes of both arrays. */
  long bytes() {
    return memory.bytes(Memory.Kind.INT, limits.tokens + limits.sequences + 1L);
  }

  @Override
  public void close() {
    memory.free(ids);
    memory.free(offsets);
  }
}

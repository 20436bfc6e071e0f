package org.javatron.model;

import java.util.List;

/**
 * What encoding a corpus needs of a model: sequences in, one row each out. {@link Encoder} is the
 * one of BERT; tests bring a cheaper one.
 */
public interface TextEncoder {
  /**
   * Values in an embedding.
   *
   * @return the dimension, 1 or more
   */
  int dim();

  /**
   * The size of a batch.
   *
   * @return most tokens that one call of {@link #encode} takes
   */
  int maxTokensPerBatch();

  /**
   * Encodes a batch.
   *
   * @param sequences token ids of each text, special tokens included
   * @param out float32, gets {@code sequences.size()} rows of {@code dim} values
   * @param outOffset where in {@code out} the first row begins
   */
  void encode(List<int[]> sequences, float[] out, int outOffset);
}

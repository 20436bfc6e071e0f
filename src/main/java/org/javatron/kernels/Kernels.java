package org.javatron.kernels;

import java.io.Closeable;
import org.javatron.weights.Pooling;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The arithmetic of BERT, one method an op. The classes of {@code org.javatron.ops} say what each
 * computes and why; an implementation says how.
 *
 * <p>Letters: T tokens of all sequences of a batch laid end to end, B sequences, H hidden size, I
 * intermediate size, A heads, d = H / A. Matrices are float32 in C order without gaps; {@code
 * offsets} is int32 [B + 1], sequence b being rows {@code offsets[b]} to {@code offsets[b + 1] -
 * 1}. An output overlaps no input unless said otherwise, and what it held before does not matter.
 *
 * <p>Implementations check shapes nowhere: the graph is built once from a checked configuration.
 * They may hold threads and scratch buffers; one call at a time.
 */
public interface Kernels extends Closeable {
  /**
   * Opens an implementation.
   *
   * @param set which one
   * @param threads how many threads may compute, at least 1; the reference leaves that to ND4J
   * @param longestSequence the most tokens of one sequence
   * @return the kernels, to be closed by the caller
   */
  static Kernels open(KernelSet set, int threads, int longestSequence) {
    return set == KernelSet.REFERENCE
        ? new Nd4jKernels()
        : new CpuKernels(threads, longestSequence);
  }

  /**
   * Bytes of scratch buffers outside the Java heap, the same for the whole life of the kernels.
   *
   * @return 0 where there are none
   */
  long scratchBytes();

  /**
   * {@code out[t] = LayerNorm(words[ids[t]] + positions[t - start of its sequence] + types[0])}.
   *
   * @param ids int32 [T], rows of {@code words}
   * @param offsets int32 [B + 1]
   * @param words float32 [vocabulary, H]
   * @param positions float32 [positions, H]
   * @param types float32 [segment types, H]
   * @param gamma float32 [H]
   * @param beta float32 [H]
   * @param eps added to the variance
   * @param out float32 [T, H]
   */
  void embeddings(
      INDArray ids,
      INDArray offsets,
      INDArray words,
      INDArray positions,
      INDArray types,
      INDArray gamma,
      INDArray beta,
      double eps,
      INDArray out);

  /**
   * {@code out = x weightᵀ + bias}.
   *
   * @param x float32 [T, inputs]
   * @param weight float32 [outputs, inputs]
   * @param bias float32 [outputs]
   * @param out float32 [T, outputs]
   */
  void linear(INDArray x, INDArray weight, INDArray bias, INDArray out);

  /**
   * {@code out = gelu(x weightᵀ + bias)}.
   *
   * @param x float32 [T, inputs]
   * @param weight float32 [outputs, inputs]
   * @param bias float32 [outputs]
   * @param out float32 [T, outputs]
   */
  void linearGelu(INDArray x, INDArray weight, INDArray bias, INDArray out);

  /**
   * {@code out = softmax(Q Kᵀ / √d) V} for each sequence and head by itself.
   *
   * @param qkv float32 [T, 3H]: a token's query, key and value side by side, each with its heads
   *     side by side
   * @param offsets int32 [B + 1]
   * @param heads A
   * @param out float32 [T, H]
   */
  void attention(INDArray qkv, INDArray offsets, int heads, INDArray out);

  /**
   * {@code out = LayerNorm(x + residual)}.
   *
   * @param x float32 [T, H]
   * @param residual float32 [T, H]
   * @param gamma float32 [H]
   * @param beta float32 [H]
   * @param eps added to the variance
   * @param out float32 [T, H]
   */
  void addLayerNorm(
      INDArray x, INDArray residual, INDArray gamma, INDArray beta, double eps, INDArray out);

  /**
   * One row a sequence: its first row, or the mean of its rows.
   *
   * @param hidden float32 [T, H]
   * @param offsets int32 [B + 1]
   * @param pooling which of the two
   * @param out float32 [B, H]
   */
  void pool(INDArray hidden, INDArray offsets, Pooling pooling, INDArray out);

  /**
   * {@code out[b] = x[b] / max(|x[b]|, 1e-12)}.
   *
   * @param x float32 [B, H]
   * @param out float32 [B, H]
   */
  void l2Normalize(INDArray x, INDArray out);

  @Override
  void close();
}

package org.javatron.kernels;

import java.io.Closeable;
import java.util.List;
import java.util.Optional;
import org.javatron.weights.BertConfig;
import org.javatron.weights.Pooling;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The arithmetic of BERT, one method an op. The classes of {@code org.javatron.ops} say what each
 * computes and why; an implementation says how.
 *
 * <p>Letters: T tokens of all sequences of a batch laid end to end, B sequences, H hidden size, I
 * intermediate size, A heads, d = H / A. Matrices are float32 in C order without gaps, except that
 * activations (what has T rows) may be of a shorter float if the kernels keep them so; {@code
 * offsets} is int32 [B + 1], sequence b being rows {@code offsets[b]} to {@code offsets[b + 1] -
 * 1}. An output overlaps no input unless said otherwise, and what it held before does not matter.
 *
 * <p>Implementations check shapes nowhere: the graph is built once from a checked configuration.
 * They may hold threads and scratch buffers; one call at a time.
 *
 * @param <A> what an array is: ND4J's, or one on a GPU
 */
public interface Kernels<A> extends Closeable {
  /**
   * Opens an implementation.
   *
   * @param settings which one, and how it computes
   * @param longestSequence the most tokens of one sequence
   * @return the kernels, to be closed by the caller
   * @throws IllegalArgumentException as {@link #require} does
   * @throws IllegalStateException if this build or this machine cannot run them; the message says
   *     what is missing
   */
  static Kernels<?> open(KernelSettings settings, int longestSequence) {
    require(settings);
    return switch (settings.set()) {
      case REFERENCE -> profiled(settings, new Nd4jKernels(settings.precision()));
      case CPU -> profiled(settings, CpuKernels.open(settings, longestSequence));
      case CUDA -> CudaLoader.open(settings.precision());
    };
  }

  private static Kernels<INDArray> profiled(KernelSettings settings, Kernels<INDArray> kernels) {
    return settings.profile() == null ? kernels : settings.profile().around(kernels);
  }

  /**
   * Makes sure, before anything large is loaded, that kernels can be opened, as far as that can be
   * told cheaply.
   *
   * @param settings which ones, and how they compute
   * @throws IllegalArgumentException if they need another backend of ND4J than this build's, or
   *     instructions that this processor lacks; the message says what to do
   */
  static void require(KernelSettings settings) {
    Device.kernels(null, settings.set(), Device.ofNd4j());
    if (settings.set() == KernelSet.CPU && settings.precision() == Precision.BF16) {
      OneDnn.requireBf16();
    }
  }

  /**
   * Where the arrays live.
   *
   * @return the memory, as long as the kernels are open
   */
  Memory<A> memory();

  /**
   * The GPU that computes, with its memory when the kernels were opened.
   *
   * @return a few words; empty where ND4J computes, whose device is known before it starts
   */
  default Optional<String> gpu() {
    return Optional.empty();
  }

  /**
   * Bytes of scratch buffers outside the Java heap, and of weights in a form of the kernels' own.
   *
   * @return 0 where there are none; from the last {@link #linearWeight} and {@link #largestPass} on
   *     it does not change
   */
  long scratchBytes();

  /**
   * To be called before {@link #linearWeight}, where weights will not change any more and batches
   * of few tokens will come, such as queries one at a time: kernels to which the order of the
   * weights in memory matters then keep a copy of each on the heap. Others do nothing.
   */
  default void packWeights() {}

  /**
   * Bytes of weights that {@link #packWeights} keeps on the heap.
   *
   * @return 0 where there are none; from the last {@link #linearWeight} on it does not change
   */
  default long heapBytes() {
    return 0;
  }

  /**
   * Tells of a linear layer's weight before the first batch, for kernels that bring it into a form
   * of their own; others do nothing.
   *
   * @param weight float32 [outputs, inputs], a parameter
   */
  default void linearWeight(A weight) {}

  /**
   * Tells of the largest pass forwards and backwards before the first, for kernels whose gradients
   * need buffers of its size; others do nothing. Passes without gradients are none.
   *
   * @param config the model's sizes
   * @param tokens T at most
   */
  default void largestPass(BertConfig config, int tokens) {}

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
      A ids, A offsets, A words, A positions, A types, A gamma, A beta, double eps, A out);

  /**
   * {@code out = x weightᵀ + bias}.
   *
   * @param x float32 [T, inputs]
   * @param weight float32 [outputs, inputs]
   * @param bias float32 [outputs]
   * @param out float32 [T, outputs]
   */
  void linear(A x, A weight, A bias, A out);

  /**
   * {@code out = gelu(x weightᵀ + bias)}.
   *
   * @param x float32 [T, inputs]
   * @param weight float32 [outputs, inputs]
   * @param bias float32 [outputs]
   * @param out float32 [T, outputs]
   * @param sum float32 [T, outputs], gets what GELU was applied to, {@code x weightᵀ + bias}; null
   *     if nobody needs it
   */
  void linearGelu(A x, A weight, A bias, A out, A sum);

  /**
   * {@code out = softmax(Q Kᵀ / √d) V} for each sequence and head by itself.
   *
   * @param qkv float32 [T, 3H]: a token's query, key and value side by side, each with its heads
   *     side by side
   * @param offsets int32 [B + 1]
   * @param heads A
   * @param dropout of the softmax's probabilities; index {@code (head · n + query) · n + key} in a
   *     sequence of n tokens
   * @param out float32 [T, H]
   */
  void attention(A qkv, A offsets, int heads, DropoutRule<A> dropout, A out);

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
  void addLayerNorm(A x, A residual, A gamma, A beta, double eps, A out);

  /**
   * One row a sequence: its first row, or the mean of its rows.
   *
   * @param hidden float32 [T, H]
   * @param offsets int32 [B + 1]
   * @param pooling which of the two
   * @param out float32 [B, H]
   */
  void pool(A hidden, A offsets, Pooling pooling, A out);

  /**
   * {@code out[b] = x[b] / max(|x[b]|, 1e-12)}.
   *
   * @param x float32 [B, H]
   * @param out float32 [B, H]
   */
  void l2Normalize(A x, A out);

  /**
   * {@code out = x ⊙ mask / (1 - probability)}; also its own gradient.
   *
   * @param x float32 [T, H]
   * @param offsets int32 [B + 1]
   * @param dropout the rule; index {@code (t - offsets[b]) · H + i}
   * @param out float32 [T, H]
   */
  void dropout(A x, A offsets, DropoutRule<A> dropout, A out);

  /**
   * {@code out = a + b}: where a value is used twice, its gradients add up.
   *
   * @param a float32, any shape
   * @param b float32, the same shape
   * @param out float32, the same shape; may be {@code a}
   */
  void add(A a, A b, A out);

  /**
   * The gradients of {@link #embeddings}; rows of the tables that were not read get 0.
   *
   * @param ids int32 [T]
   * @param offsets int32 [B + 1]
   * @param words float32 [vocabulary, H]
   * @param positions float32 [positions, H]
   * @param types float32 [segment types, H]
   * @param gamma float32 [H]
   * @param eps added to the variance
   * @param dOut float32 [T, H], the loss's gradient with respect to the output
   * @param dWords float32 [vocabulary, H]
   * @param dPositions float32 [positions, H]
   * @param dTypes float32 [segment types, H]
   * @param dGamma float32 [H]
   * @param dBeta float32 [H]
   */
  void embeddingsBackward(
      A ids,
      A offsets,
      A words,
      A positions,
      A types,
      A gamma,
      double eps,
      A dOut,
      A dWords,
      A dPositions,
      A dTypes,
      A dGamma,
      A dBeta);

  /**
   * {@code dX = dOut weight}, {@code dWeight = dOutᵀ x}, {@code dBias = Σ_t dOut[t]}.
   *
   * @param x float32 [T, inputs]
   * @param weight float32 [outputs, inputs]
   * @param dOut float32 [T, outputs]
   * @param dX float32 [T, inputs]
   * @param dWeight float32 [outputs, inputs]
   * @param dBias float32 [outputs]
   */
  void linearBackward(A x, A weight, A dOut, A dX, A dWeight, A dBias);

  /**
   * {@code dSum = dOut ⊙ (Φ(sum) + sum φ(sum))}, φ being the normal density.
   *
   * @param sum float32 [T, I], what GELU was applied to
   * @param dOut float32 [T, I]
   * @param dSum float32 [T, I]
   */
  void geluBackward(A sum, A dOut, A dSum);

  /**
   * The gradient of {@link #attention}, with the same dropout mask.
   *
   * @param qkv float32 [T, 3H]
   * @param offsets int32 [B + 1]
   * @param heads A
   * @param dropout as it was forwards
   * @param dOut float32 [T, H]
   * @param dQkv float32 [T, 3H]
   */
  void attentionBackward(A qkv, A offsets, int heads, DropoutRule<A> dropout, A dOut, A dQkv);

  /**
   * The gradients of {@link #addLayerNorm}.
   *
   * @param x float32 [T, H]
   * @param residual float32 [T, H]
   * @param gamma float32 [H]
   * @param eps added to the variance
   * @param dOut float32 [T, H]
   * @param dSum float32 [T, H], the gradient of x and of residual
   * @param dGamma float32 [H]
   * @param dBeta float32 [H]
   */
  void addLayerNormBackward(
      A x, A residual, A gamma, double eps, A dOut, A dSum, A dGamma, A dBeta);

  /**
   * The gradient of {@link #pool}.
   *
   * @param offsets int32 [B + 1]
   * @param pooling which of the two
   * @param dOut float32 [B, H]
   * @param dHidden float32 [T, H]; 0 where nothing was read
   */
  void poolBackward(A offsets, Pooling pooling, A dOut, A dHidden);

  /**
   * The gradient of {@link #l2Normalize}: {@code dX = (dOut - y (y · dOut)) / |x|} with y = x /
   * |x|, or {@code dOut / 1e-12} where |x| is below 1e-12.
   *
   * @param x float32 [B, H]
   * @param dOut float32 [B, H]
   * @param dX float32 [B, H]
   */
  void l2NormalizeBackward(A x, A dOut, A dX);

  /**
   * The mean over the queries q of {@code log Σ_j exp(S[q, j]) - S[q, q n]}, where S = scale ·
   * queries passagesᵀ and n = N / Q.
   *
   * @param queries float32 [Q, H]
   * @param passages float32 [N, H], N a multiple of Q
   * @param scale factor of the scores
   * @param loss float32 [1]
   */
  void contrastiveLoss(A queries, A passages, double scale, A loss);

  /**
   * The gradients of {@link #contrastiveLoss}.
   *
   * @param queries float32 [Q, H]
   * @param passages float32 [N, H]
   * @param scale factor of the scores
   * @param dLoss float32, one value: the gradient of what follows with respect to the loss
   * @param dQueries float32 [Q, H]
   * @param dPassages float32 [N, H]
   */
  void contrastiveLossBackward(
      A queries, A passages, double scale, A dLoss, A dQueries, A dPassages);

  /**
   * {@code out = Σ a ⊙ b}.
   *
   * @param a float32, any shape
   * @param b float32, the same shape
   * @param out float32 [1]
   */
  void dot(A a, A b, A out);

  /**
   * {@code out = factor · a}.
   *
   * @param a float32, any shape
   * @param factor float32, one value
   * @param out float32, the shape of {@code a}
   */
  void scale(A a, A factor, A out);

  /**
   * One step of AdamW, in place.
   *
   * @param weight float32, a parameter
   * @param gradient float32, the same shape
   * @param mean float32, the same shape: m
   * @param square float32, the same shape: v
   * @param step the numbers
   */
  void adamW(A weight, A gradient, A mean, A square, AdamWStep step);

  /**
   * The sum of the squares of all values, in float64 and in a fixed order.
   *
   * @param arrays float32
   * @return the sum; not finite if a value is not
   */
  double sumOfSquares(List<A> arrays);

  @Override
  void close();
}

package org.javatron.ops;

import java.util.List;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Memory;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * What BERT reads: for each token the sum of three learned vectors, normalised.
 *
 * <pre>
 * out[t] = LayerNorm(words[ids[t]] + positions[t - offsets[b]] + types[0])     t in sequence b
 * </pre>
 *
 * <p>A sum of words has no order, so a vector for the place in the sequence is added; the place is
 * counted from the sequence's own start, which is what keeps packed sequences apart. The third
 * table tells first from second text in a pair; retrieval encodes one text at a time, so its row 0
 * is added everywhere.
 *
 * <p>Inputs: ids int32 [T], offsets int32 [B + 1], words float32 [vocabulary, H], positions float32
 * [positions, H], types float32 [2, H], gamma and beta float32 [H]. Output: float32 [T, H]. Float
 * argument: the epsilon of {@link AddLayerNorm}.
 *
 * <p>Gradient: ds of each token as in {@link AddLayerNorm}; the sum has factor 1 for all three
 * tables, so a row's gradient is the sum of ds over the tokens that read it:
 *
 * <pre>
 * dwords[w] = Σ ds[t] where ids[t] = w     dpositions[p] = Σ ds[t] where t is at p     dtypes[0] = Σ ds[t]
 * </pre>
 *
 * <p>Rows that no token read get 0. The gradient is dense, as PyTorch's is: AdamW's running means
 * change for rows without gradient too.
 */
public final class Embeddings extends KernelOp {
  /** For SameDiff, which makes an empty op and fills it. */
  public Embeddings() {}

  /**
   * Adds the op to a graph.
   *
   * @param graph the graph
   * @param ids int32 [T]
   * @param offsets int32 [B + 1]
   * @param words float32 [vocabulary, H]
   * @param positions float32 [positions, H]
   * @param types float32 [segment types, H]
   * @param gamma float32 [H]
   * @param beta float32 [H]
   * @param eps added to the variance
   */
  public Embeddings(
      SameDiff graph,
      SDVariable ids,
      SDVariable offsets,
      SDVariable words,
      SDVariable positions,
      SDVariable types,
      SDVariable gamma,
      SDVariable beta,
      double eps) {
    super(graph, ids, offsets, words, positions, types, gamma, beta);
    addTArgument(eps);
  }

  @Override
  public String opName() {
    return "javatron_embeddings";
  }

  @Override
  public List<long[]> outputShapes(List<long[]> inputs) {
    return List.of(new long[] {inputs.get(0)[0], inputs.get(2)[1]});
  }

  @Override
  public <A> void run(Kernels<A> kernels, List<A> in, List<A> out) {
    kernels.embeddings(
        in.get(0),
        in.get(1),
        in.get(2),
        in.get(3),
        in.get(4),
        in.get(5),
        in.get(6),
        getTArgument(0),
        out.get(0));
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    SDVariable[] d =
        new Backward(sameDiff, args(), gradients.get(0), getTArgument(0)).outputVariables();
    return List.of(noGradient(0), noGradient(1), d[0], d[1], d[2], d[3], d[4]);
  }

  /**
   * The gradient of {@link Embeddings}: inputs ids, offsets, the three tables, gamma and the
   * output's gradient; outputs the gradients of the tables, gamma and beta.
   */
  public static final class Backward extends KernelOp {
    /** For SameDiff, which makes an empty op and fills it. */
    public Backward() {}

    Backward(SameDiff graph, SDVariable[] forward, SDVariable dOut, double eps) {
      super(graph, forward[0], forward[1], forward[2], forward[3], forward[4], forward[5], dOut);
      addTArgument(eps);
    }

    @Override
    public String opName() {
      return "javatron_embeddings_backward";
    }

    @Override
    public int getNumOutputs() {
      return 5;
    }

    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      long[] gamma = inputs.get(5);
      return List.of(inputs.get(2), inputs.get(3), inputs.get(4), gamma, gamma);
    }

    @Override
    public Memory.Kind outputKind(int output) {
      return Memory.Kind.FLOAT;
    }

    @Override
    public <A> void run(Kernels<A> kernels, List<A> in, List<A> out) {
      kernels.embeddingsBackward(
          in.get(0),
          in.get(1),
          in.get(2),
          in.get(3),
          in.get(4),
          in.get(5),
          getTArgument(0),
          in.get(6),
          out.get(0),
          out.get(1),
          out.get(2),
          out.get(3),
          out.get(4));
    }
  }
}

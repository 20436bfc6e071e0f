package org.javatron.ops;

import java.util.List;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Memory;
import org.javatron.weights.Pooling;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * From the vectors of a text's tokens to the vector of the text.
 *
 * <pre>
 * CLS:   out[b] = hidden[offsets[b]]
 * MEAN:  out[b] = Σ hidden[t] / n      over the n tokens t of sequence b, [CLS] and [SEP] among them
 * </pre>
 *
 * <p>coCondenser and Tevatron take the first token, whose vector pre-training made a summary;
 * sentence-transformers' models mostly take the mean. A model works only with the one it was
 * trained with.
 *
 * <p>Inputs: hidden float32 [T, H], offsets int32 [B + 1]. Output: float32 [B, H]. Integer
 * argument: the {@link Pooling}'s ordinal.
 *
 * <p>Gradient: the vector's gradient goes to the tokens it came from, all of it to the first (CLS)
 * or an n-th to each (MEAN); the others get 0.
 */
public final class Pool extends KernelOp {
  /** For SameDiff, which makes an empty op and fills it. */
  public Pool() {}

  /**
   * Adds the op to a graph.
   *
   * @param graph the graph
   * @param hidden float32 [T, H]
   * @param offsets int32 [B + 1]
   * @param pooling which of the two
   */
  public Pool(SameDiff graph, SDVariable hidden, SDVariable offsets, Pooling pooling) {
    super(graph, hidden, offsets);
    addIArgument(pooling.ordinal());
  }

  @Override
  public String opName() {
    return "javatron_pool";
  }

  @Override
  public List<long[]> outputShapes(List<long[]> inputs) {
    return List.of(new long[] {inputs.get(1)[0] - 1, inputs.get(0)[1]});
  }

  @Override
  public Memory.Kind outputKind(int output) {
    return Memory.Kind.FLOAT;
  }

  @Override
  public <A> void run(Kernels<A> kernels, List<A> in, List<A> out) {
    Pooling pooling = Pooling.values()[getIArgument(0).intValue()];
    kernels.pool(in.get(0), in.get(1), pooling, out.get(0));
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    int pooling = getIArgument(0).intValue();
    SDVariable dHidden =
        new Backward(sameDiff, arg(0), arg(1), gradients.get(0), pooling).outputVariable();
    return List.of(dHidden, noGradient(1));
  }

  /**
   * The gradient of {@link Pool}: inputs hidden (for its shape), offsets and the output's gradient;
   * output dhidden.
   */
  public static final class Backward extends KernelOp {
    /** For SameDiff, which makes an empty op and fills it. */
    public Backward() {}

    Backward(SameDiff graph, SDVariable hidden, SDVariable offsets, SDVariable dOut, int pooling) {
      super(graph, hidden, offsets, dOut);
      addIArgument(pooling);
    }

    @Override
    public String opName() {
      return "javatron_pool_backward";
    }

    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      return List.of(inputs.get(0));
    }

    @Override
    public <A> void run(Kernels<A> kernels, List<A> in, List<A> out) {
      Pooling pooling = Pooling.values()[getIArgument(0).intValue()];
      kernels.poolBackward(in.get(1), pooling, in.get(2), out.get(0));
    }
  }
}

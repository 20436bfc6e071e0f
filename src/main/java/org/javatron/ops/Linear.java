package org.javatron.ops;

import java.util.List;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Memory;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * A linear layer: each output is an inner product of the token's vector with a row of weights, plus
 * a bias.
 *
 * <pre>
 * out = x weightᵀ + bias        out[t, o] = Σ_i x[t, i] weight[o, i] + bias[o]
 * </pre>
 *
 * <p>The weight is [outputs, inputs], as PyTorch keeps it and as checkpoints have it; BLAS reads it
 * transposed at no cost, so nothing is copied. Nine tenths of BERT's arithmetic, 2 T inputs outputs
 * operations each, happens here and in {@link LinearGelu}.
 *
 * <p>Inputs: x float32 [T, inputs], weight float32 [outputs, inputs], bias float32 [outputs].
 * Output: float32 [T, outputs].
 *
 * <p>Gradient. With G = ∂L/∂out, {@code ∂L/∂x[t, i] = Σ_o G[t, o] weight[o, i]}, since x[t, i]
 * reaches every output o of its own token with the factor weight[o, i]; a weight is used by all
 * tokens, so its gradient is a sum over them, and so is the bias's, whose factor is 1:
 *
 * <pre>
 * dx = G weight        dweight = Gᵀ x        dbias[o] = Σ_t G[t, o]
 * </pre>
 *
 * <p>Two more products of the forward one's size: training costs three times inference.
 */
public final class Linear extends KernelOp {
  /** For SameDiff, which makes an empty op and fills it. */
  public Linear() {}

  /**
   * Adds the op to a graph.
   *
   * @param graph the graph
   * @param x float32 [T, inputs]
   * @param weight float32 [outputs, inputs]
   * @param bias float32 [outputs]
   */
  public Linear(SameDiff graph, SDVariable x, SDVariable weight, SDVariable bias) {
    super(graph, x, weight, bias);
  }

  @Override
  public String opName() {
    return "javatron_linear";
  }

  @Override
  public List<long[]> outputShapes(List<long[]> inputs) {
    return List.of(new long[] {inputs.get(0)[0], inputs.get(1)[0]});
  }

  @Override
  public <A> void prepare(Kernels<A> kernels, List<A> in) {
    kernels.linearWeight(in.get(1));
  }

  @Override
  public <A> void run(Kernels<A> kernels, List<A> in, List<A> out) {
    kernels.linear(in.get(0), in.get(1), in.get(2), out.get(0));
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    return new Backward(sameDiff, arg(0), arg(1), gradients.get(0)).gradients();
  }

  /**
   * The gradient of {@link Linear}: inputs x, weight and the output's gradient; outputs dx, dweight
   * and dbias.
   */
  public static final class Backward extends KernelOp {
    /** For SameDiff, which makes an empty op and fills it. */
    public Backward() {}

    Backward(SameDiff graph, SDVariable x, SDVariable weight, SDVariable dOut) {
      super(graph, x, weight, dOut);
    }

    @Override
    public String opName() {
      return "javatron_linear_backward";
    }

    @Override
    public int getNumOutputs() {
      return 3;
    }

    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      long[] bias = {inputs.get(1)[0]};
      return List.of(inputs.get(0), inputs.get(1), bias);
    }

    @Override
    public Memory.Kind outputKind(int output) {
      return output == 0 ? Memory.Kind.ACTIVATION : Memory.Kind.FLOAT;
    }

    @Override
    public <A> void run(Kernels<A> kernels, List<A> in, List<A> out) {
      kernels.linearBackward(in.get(0), in.get(1), in.get(2), out.get(0), out.get(1), out.get(2));
    }
  }
}

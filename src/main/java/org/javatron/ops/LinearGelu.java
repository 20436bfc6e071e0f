package org.javatron.ops;

import java.util.ArrayList;
import java.util.List;
import org.javatron.kernels.Kernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * A linear layer with BERT's activation.
 *
 * <pre>
 * out = gelu(x weightᵀ + bias)        gelu(z) = z Φ(z) = z (1 + erf(z/√2)) / 2
 * </pre>
 *
 * <p>GELU (Hendrycks and Gimpel 2016) lets a value through in proportion to the share of a normal
 * distribution that lies below it: nearly all of a large z, nothing of a very negative one. It is
 * one op with the product so that a kernel can apply it while the product's result, four times as
 * wide as a token's vector, is still in cache.
 *
 * <p>Inputs: x float32 [T, H], weight float32 [I, H], bias float32 [I]. Output: float32 [T, I]; in
 * a graph for training a second one, z = x weightᵀ + bias, float32 [T, I].
 *
 * <p>Gradient. With φ the density of the normal distribution, the product rule gives
 *
 * <pre>
 * gelu'(z) = Φ(z) + z φ(z)        dz = dout ⊙ gelu'(z)        the rest as in {@link Linear}
 * </pre>
 *
 * <p>z cannot be told from gelu(z) (below 0 the curve turns), so it is kept for the backward pass,
 * which saves computing the product again. Integer argument: 1 if z is kept, else 0.
 */
public final class LinearGelu extends KernelOp {
  /** For SameDiff, which makes an empty op and fills it. */
  public LinearGelu() {}

  /**
   * Adds the op to a graph.
   *
   * @param graph the graph
   * @param x float32 [T, inputs]
   * @param weight float32 [outputs, inputs]
   * @param bias float32 [outputs]
   * @param keepSum whether the graph will be differentiated, so that z is an output too
   */
  public LinearGelu(
      SameDiff graph, SDVariable x, SDVariable weight, SDVariable bias, boolean keepSum) {
    super(graph, x, weight, bias);
    addIArgument(keepSum ? 1 : 0);
  }

  private boolean keepsSum() {
    return numIArguments() > 0 && getIArgument(0) == 1; // SameDiff asks the empty op too
  }

  @Override
  public int getNumOutputs() {
    return keepsSum() ? 2 : 1;
  }

  @Override
  public String opName() {
    return "javatron_linear_gelu";
  }

  @Override
  public List<long[]> outputShapes(List<long[]> inputs) {
    long[] shape = {inputs.get(0)[0], inputs.get(1)[0]};
    return keepsSum() ? List.of(shape, shape) : List.of(shape);
  }

  @Override
  public <A> void prepare(Kernels<A> kernels, List<A> in) {
    kernels.linearWeight(in.get(1));
  }

  @Override
  public <A> void run(Kernels<A> kernels, List<A> in, List<A> out) {
    A sum = keepsSum() ? out.get(1) : null;
    kernels.linearGelu(in.get(0), in.get(1), in.get(2), out.get(0), sum);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    if (!keepsSum()) {
      throw new IllegalStateException("the graph was built for inference: z was not kept");
    }
    SDVariable z = outputVariables()[1];
    SDVariable dz = new GeluBackward(sameDiff, z, gradients.get(0)).outputVariable();
    return new ArrayList<>(new Linear.Backward(sameDiff, arg(0), arg(1), dz).gradients());
  }

  /** The gradient of GELU: inputs z and the output's gradient; output dz. */
  public static final class GeluBackward extends KernelOp {
    /** For SameDiff, which makes an empty op and fills it. */
    public GeluBackward() {}

    GeluBackward(SameDiff graph, SDVariable z, SDVariable dOut) {
      super(graph, z, dOut);
    }

    @Override
    public String opName() {
      return "javatron_gelu_backward";
    }

    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      return List.of(inputs.get(0));
    }

    @Override
    public <A> void run(Kernels<A> kernels, List<A> in, List<A> out) {
      kernels.geluBackward(in.get(0), in.get(1), out.get(0));
    }
  }
}

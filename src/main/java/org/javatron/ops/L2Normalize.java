package org.javatron.ops;

import java.util.List;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Memory;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Scales each vector to length 1, for models whose similarity is the cosine: the inner product of
 * such vectors is the cosine of the angle between them.
 *
 * <pre>
 * out[b] = x[b] / max(√Σ x[b, i]², 1e-12)
 * </pre>
 *
 * <p>Input: float32 [B, H]. Output: float32 [B, H]. The bound is PyTorch's, so that a zero vector
 * stays zero.
 *
 * <p>Gradient. With y = out and n = |x|, a change of x along y is undone by the scaling, and one
 * across it is divided by n:
 *
 * <pre>
 * dx = (dout - y (y · dout)) / n        where n is below the bound: dx = dout / 1e-12
 * </pre>
 */
public final class L2Normalize extends KernelOp {
  /** For SameDiff, which makes an empty op and fills it. */
  public L2Normalize() {}

  /**
   * Adds the op to a graph.
   *
   * @param graph the graph
   * @param x float32 [B, H]
   */
  public L2Normalize(SameDiff graph, SDVariable x) {
    super(graph, x);
  }

  @Override
  public String opName() {
    return "javatron_l2_normalize";
  }

  @Override
  public List<long[]> outputShapes(List<long[]> inputs) {
    return List.of(inputs.get(0));
  }

  @Override
  public Memory.Kind outputKind(int output) {
    return Memory.Kind.FLOAT;
  }

  @Override
  public <A> void run(Kernels<A> kernels, List<A> in, List<A> out) {
    kernels.l2Normalize(in.get(0), out.get(0));
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    return new Backward(sameDiff, arg(0), gradients.get(0)).gradients();
  }

  /** The gradient of {@link L2Normalize}: inputs x and the output's gradient; output dx. */
  public static final class Backward extends KernelOp {
    /** For SameDiff, which makes an empty op and fills it. */
    public Backward() {}

    Backward(SameDiff graph, SDVariable x, SDVariable dOut) {
      super(graph, x, dOut);
    }

    @Override
    public String opName() {
      return "javatron_l2_normalize_backward";
    }

    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      return List.of(inputs.get(0));
    }

    @Override
    public Memory.Kind outputKind(int output) {
      return Memory.Kind.FLOAT;
    }

    @Override
    public <A> void run(Kernels<A> kernels, List<A> in, List<A> out) {
      kernels.l2NormalizeBackward(in.get(0), in.get(1), out.get(0));
    }
  }
}

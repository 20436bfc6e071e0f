package org.javatron.ops;

import java.util.List;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Memory;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * A stand-in for the loss at the end of an encoder's graph (Gao et al. 2021, GradCache): a number
 * whose gradient with respect to the vectors is whatever it is told to be.
 *
 * <pre>
 * out = Σ vectors ⊙ gradient        ∂out/∂vectors = gradient
 * </pre>
 *
 * <p>The contrastive loss ties all texts of a batch together, but only through their vectors. So
 * the loss and its gradient with respect to the vectors are computed apart, and each part of the
 * batch is sent back through the encoder by itself with its share of that gradient: by the chain
 * rule the parameters' gradients add up to the whole batch's.
 *
 * <p>Inputs: vectors and gradient float32 [B, H]. Output: float32 [1].
 */
public final class Surrogate extends KernelOp {
  /** For SameDiff, which makes an empty op and fills it. */
  public Surrogate() {}

  /**
   * Adds the op to a graph.
   *
   * @param graph the graph
   * @param vectors float32 [B, H]
   * @param gradient float32 [B, H], the loss's gradient with respect to the vectors
   */
  public Surrogate(SameDiff graph, SDVariable vectors, SDVariable gradient) {
    super(graph, vectors, gradient);
  }

  @Override
  public String opName() {
    return "javatron_surrogate";
  }

  @Override
  public List<long[]> outputShapes(List<long[]> inputs) {
    return List.of(new long[] {1});
  }

  @Override
  public Memory.Kind outputKind(int output) {
    return Memory.Kind.FLOAT;
  }

  @Override
  public <A> void run(Kernels<A> kernels, List<A> in, List<A> out) {
    kernels.dot(in.get(0), in.get(1), out.get(0));
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    SDVariable dVectors = new Backward(sameDiff, arg(1), gradients.get(0)).outputVariable();
    return List.of(dVectors, noGradient(1));
  }

  /**
   * The gradient of {@link Surrogate}: inputs the gradient that was given and the output's own;
   * output their product.
   */
  public static final class Backward extends KernelOp {
    /** For SameDiff, which makes an empty op and fills it. */
    public Backward() {}

    Backward(SameDiff graph, SDVariable gradient, SDVariable dOut) {
      super(graph, gradient, dOut);
    }

    @Override
    public String opName() {
      return "javatron_surrogate_backward";
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
      kernels.scale(in.get(0), in.get(1), out.get(0));
    }
  }
}

package org.javatron.ops;

import java.util.List;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Memory;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * The end of each half layer: add what came in, normalise.
 *
 * <pre>
 * s = x + residual
 * out[t] = (s[t] - mean(s[t])) / √(variance(s[t]) + eps) · gamma + beta
 * </pre>
 *
 * <p>The residual path lets signal and gradient pass each layer unchanged; LayerNorm (Ba, Kiros and
 * Hinton 2016) then brings each token's vector back to mean 0 and variance 1 over its H values
 * before a learned scale and shift. BERT normalises after the addition ("post-LN"). The variance is
 * the biased one, divided by H.
 *
 * <p>Inputs: x and residual float32 [T, H], gamma and beta float32 [H]. Output: float32 [T, H].
 * Float argument: eps, 1e-12 in BERT's configurations.
 *
 * <p>Gradient, row by row, with u = (s - mean) / σ, σ = √(variance + eps) and G = ∂L/∂out. gamma
 * and beta are used by every row: {@code dgamma = Σ_t G[t] ⊙ u[t]}, {@code dbeta = Σ_t G[t]}. For s
 * let g = G ⊙ gamma = ∂L/∂u. A change of s[i] moves u[i] by 1/σ directly, every u[j] by -1/(Hσ)
 * through the mean, and every u[j] by -u[i] u[j]/(Hσ) through σ. Summing the three:
 *
 * <pre>
 * ds = (g - mean(g) - u mean(g ⊙ u)) / σ
 * </pre>
 *
 * <p>What is left of g has no component along 1 or u, the two directions that normalising removes.
 * x and residual are added with factor 1, so ds is the gradient of both.
 */
public final class AddLayerNorm extends KernelOp {
  /** For SameDiff, which makes an empty op and fills it. */
  public AddLayerNorm() {}

  /**
   * Adds the op to a graph.
   *
   * @param graph the graph
   * @param x float32 [T, H]
   * @param residual float32 [T, H]
   * @param gamma float32 [H]
   * @param beta float32 [H]
   * @param eps added to the variance
   */
  public AddLayerNorm(
      SameDiff graph,
      SDVariable x,
      SDVariable residual,
      SDVariable gamma,
      SDVariable beta,
      double eps) {
    super(graph, x, residual, gamma, beta);
    addTArgument(eps);
  }

  @Override
  public String opName() {
    return "javatron_add_layer_norm";
  }

  @Override
  public List<long[]> outputShapes(List<long[]> inputs) {
    return List.of(inputs.get(0));
  }

  @Override
  public <A> void run(Kernels<A> kernels, List<A> in, List<A> out) {
    kernels.addLayerNorm(in.get(0), in.get(1), in.get(2), in.get(3), getTArgument(0), out.get(0));
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    SDVariable[] d =
        new Backward(sameDiff, arg(0), arg(1), arg(2), gradients.get(0), getTArgument(0))
            .outputVariables();
    return List.of(d[0], d[0], d[1], d[2]);
  }

  /**
   * The gradient of {@link AddLayerNorm}: inputs x, residual, gamma and the output's gradient;
   * outputs ds, dgamma and dbeta.
   */
  public static final class Backward extends KernelOp {
    /** For SameDiff, which makes an empty op and fills it. */
    public Backward() {}

    Backward(
        SameDiff graph,
        SDVariable x,
        SDVariable residual,
        SDVariable gamma,
        SDVariable dOut,
        double eps) {
      super(graph, x, residual, gamma, dOut);
      addTArgument(eps);
    }

    @Override
    public String opName() {
      return "javatron_add_layer_norm_backward";
    }

    @Override
    public int getNumOutputs() {
      return 3;
    }

    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      return List.of(inputs.get(0), inputs.get(2), inputs.get(2));
    }

    @Override
    public Memory.Kind outputKind(int output) {
      return output == 0 ? Memory.Kind.ACTIVATION : Memory.Kind.FLOAT;
    }

    @Override
    public <A> void run(Kernels<A> kernels, List<A> in, List<A> out) {
      kernels.addLayerNormBackward(
          in.get(0),
          in.get(1),
          in.get(2),
          getTArgument(0),
          in.get(3),
          out.get(0),
          out.get(1),
          out.get(2));
    }
  }
}

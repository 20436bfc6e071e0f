package org.javatron.ops;

import java.util.List;
import org.javatron.kernels.Kernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

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
 * <p>Inputs: x float32 [T, H], weight float32 [I, H], bias float32 [I]. Output: float32 [T, I].
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
   */
  public LinearGelu(SameDiff graph, SDVariable x, SDVariable weight, SDVariable bias) {
    super(graph, x, weight, bias);
  }

  @Override
  public String opName() {
    return "javatron_linear_gelu";
  }

  @Override
  public List<long[]> outputShapes(List<long[]> inputs) {
    return List.of(new long[] {inputs.get(0)[0], inputs.get(1)[0]});
  }

  @Override
  public void run(Kernels kernels, List<INDArray> in, List<INDArray> out) {
    kernels.linearGelu(in.get(0), in.get(1), in.get(2), out.get(0));
  }
}

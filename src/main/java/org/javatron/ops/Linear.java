package org.javatron.ops;

import java.util.List;
import org.javatron.kernels.Kernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

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
  public void run(Kernels kernels, List<INDArray> in, List<INDArray> out) {
    kernels.linear(in.get(0), in.get(1), in.get(2), out.get(0));
  }
}

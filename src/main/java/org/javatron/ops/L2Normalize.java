package org.javatron.ops;

import java.util.List;
import org.javatron.kernels.Kernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

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
  public void run(Kernels kernels, List<INDArray> in, List<INDArray> out) {
    kernels.l2Normalize(in.get(0), out.get(0));
  }
}

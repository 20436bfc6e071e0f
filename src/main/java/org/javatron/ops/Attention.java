package org.javatron.ops;

import java.util.List;
import org.javatron.kernels.Kernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Multi-head self-attention over packed sequences (Vaswani et al. 2017): how tokens learn of each
 * other.
 *
 * <pre>
 * for each sequence b and head a, with Q, K, V its rows and the head's d columns:
 *   out = softmax(Q Kᵀ / √d) V
 * </pre>
 *
 * <p>A token's query is compared with the key of every token of its own sequence; the scores, made
 * positive and summing to 1 by softmax, weigh the values. The division by √d keeps the scores of
 * random vectors at variance 1, so that softmax does not start saturated. Each head does this in d
 * columns of its own.
 *
 * <p>Sequences are laid end to end and never padded, so there is no mask: what padded
 * implementations compute and then hide is not computed. Query, key and value come from one {@link
 * Linear} with the three weight matrices stacked to [3H, H], since one large product is faster than
 * three. Memory for scores is one head's, not [B, A, L, L].
 *
 * <p>Inputs: qkv float32 [T, 3H] (query, key, value side by side; in each, heads side by side),
 * offsets int32 [B + 1]. Output: float32 [T, H]. Integer argument: A.
 */
public final class Attention extends KernelOp {
  /** For SameDiff, which makes an empty op and fills it. */
  public Attention() {}

  /**
   * Adds the op to a graph.
   *
   * @param graph the graph
   * @param qkv float32 [T, 3H]
   * @param offsets int32 [B + 1]
   * @param heads A, a divisor of H
   */
  public Attention(SameDiff graph, SDVariable qkv, SDVariable offsets, int heads) {
    super(graph, qkv, offsets);
    addIArgument(heads);
  }

  @Override
  public String opName() {
    return "javatron_attention";
  }

  @Override
  public List<long[]> outputShapes(List<long[]> inputs) {
    return List.of(new long[] {inputs.get(0)[0], inputs.get(0)[1] / 3});
  }

  @Override
  public void run(Kernels kernels, List<INDArray> in, List<INDArray> out) {
    kernels.attention(in.get(0), in.get(1), getIArgument(0).intValue(), out.get(0));
  }
}

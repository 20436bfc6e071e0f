package org.javatron.ops;

import java.util.List;
import org.javatron.kernels.DropoutRule;
import org.javatron.kernels.Kernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Dropout (Srivastava et al. 2014): in training each value is set to 0 with probability p, so that
 * the network does not come to rely on any one of them.
 *
 * <pre>
 * out = x ⊙ D        D[t, i] = 1 / (1 - p) if kept, else 0
 * </pre>
 *
 * <p>The factor keeps the expectation of a value, so nothing changes at inference, where the op is
 * not in the graph.
 *
 * <p>Which values are kept is a function of the sequence's key, the site (a number for each place
 * in the network) and the value's index within its sequence: see {@link DropoutRule}. Nothing is
 * stored and no generator is advanced, so the backward pass, GradCache's second forward pass and a
 * resumed run see the same mask, whatever other sequences are in the batch.
 *
 * <p>Inputs: x float32 [T, H], offsets int32 [B + 1], keys int64 [B]. Output: float32 [T, H]. Float
 * argument: p; integer argument: the site.
 *
 * <p>Gradient: {@code dx = dout ⊙ D}, the op itself.
 */
public final class Dropout extends KernelOp {
  /** For SameDiff, which makes an empty op and fills it. */
  public Dropout() {}

  /**
   * Adds the op to a graph.
   *
   * @param graph the graph
   * @param x float32 [T, H]
   * @param offsets int32 [B + 1]
   * @param keys int64 [B]
   * @param probability p, 0 up to but not 1
   * @param site the place in the network, a different one for each dropout of the graph
   */
  public Dropout(
      SameDiff graph,
      SDVariable x,
      SDVariable offsets,
      SDVariable keys,
      double probability,
      int site) {
    super(graph, x, offsets, keys);
    addTArgument(probability);
    addIArgument(site);
  }

  @Override
  public String opName() {
    return "javatron_dropout";
  }

  @Override
  public List<long[]> outputShapes(List<long[]> inputs) {
    return List.of(inputs.get(0));
  }

  @Override
  public <A> void run(Kernels<A> kernels, List<A> in, List<A> out) {
    DropoutRule<A> rule = new DropoutRule<>(getTArgument(0), getIArgument(0).intValue(), in.get(2));
    kernels.dropout(in.get(0), in.get(1), rule, out.get(0));
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    double probability = getTArgument(0);
    int site = getIArgument(0).intValue();
    SDVariable dx =
        new Dropout(sameDiff, gradients.get(0), arg(1), arg(2), probability, site).outputVariable();
    return List.of(dx, noGradient(1), noGradient(2));
  }
}

package org.javatron.ops;

import java.util.List;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Memory;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * In-batch contrastive cross-entropy (Karpukhin et al. 2020, DPR; Tevatron's {@code
 * DenseModel.compute_loss}): each query should tell its positive passage from every other passage
 * of the batch.
 *
 * <pre>
 * S = scale · queries passagesᵀ        [Q, N], N = Q n
 * loss = mean over q of  log Σ_j exp(S[q, j]) - S[q, q n]
 * </pre>
 *
 * <p>Passages come query by query, n each, the positive first; so the target of query q is passage
 * q n. The other n - 1 are its hard negatives, and the passages of the other queries its in-batch
 * negatives, which cost no encoding of their own. The scale is 1 / temperature; Tevatron's is 1.
 *
 * <p>Inputs: queries float32 [Q, H], passages float32 [N, H]. Output: the loss, float32 [1]. Float
 * argument: the scale.
 *
 * <p>Gradient. With P = softmax of S's rows and Y the targets (1 at [q, q n], else 0),
 * cross-entropy gives ∂loss/∂S = (P - Y) / Q: the positive is pulled by what is missing to
 * probability 1, every negative pushed away by its probability. Then as in {@link Linear}:
 *
 * <pre>
 * dqueries = scale · dS passages        dpassages = scale · dSᵀ queries
 * </pre>
 */
public final class ContrastiveLoss extends KernelOp {
  /** For SameDiff, which makes an empty op and fills it. */
  public ContrastiveLoss() {}

  /**
   * Adds the op to a graph.
   *
   * @param graph the graph
   * @param queries float32 [Q, H]
   * @param passages float32 [Q n, H]
   * @param scale what scores are multiplied with, 1 / temperature; above 0
   */
  public ContrastiveLoss(SameDiff graph, SDVariable queries, SDVariable passages, double scale) {
    super(graph, queries, passages);
    addTArgument(scale);
  }

  @Override
  public String opName() {
    return "javatron_contrastive_loss";
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
    kernels.contrastiveLoss(in.get(0), in.get(1), getTArgument(0), out.get(0));
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    return new Backward(sameDiff, arg(0), arg(1), gradients.get(0), getTArgument(0)).gradients();
  }

  /**
   * The gradient of {@link ContrastiveLoss}: inputs queries, passages and the loss's gradient;
   * outputs dqueries and dpassages.
   */
  public static final class Backward extends KernelOp {
    /** For SameDiff, which makes an empty op and fills it. */
    public Backward() {}

    Backward(
        SameDiff graph, SDVariable queries, SDVariable passages, SDVariable dLoss, double scale) {
      super(graph, queries, passages, dLoss);
      addTArgument(scale);
    }

    @Override
    public String opName() {
      return "javatron_contrastive_loss_backward";
    }

    @Override
    public int getNumOutputs() {
      return 2;
    }

    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      return List.of(inputs.get(0), inputs.get(1));
    }

    @Override
    public Memory.Kind outputKind(int output) {
      return Memory.Kind.FLOAT;
    }

    @Override
    public <A> void run(Kernels<A> kernels, List<A> in, List<A> out) {
      kernels.contrastiveLossBackward(
          in.get(0), in.get(1), getTArgument(0), in.get(2), out.get(0), out.get(1));
    }
  }
}

package org.javatron.ops;

import java.util.ArrayList;
import java.util.List;
import org.javatron.kernels.DropoutRule;
import org.javatron.kernels.Kernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

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
 * offsets int32 [B + 1]; for training also keys int64 [B] of {@link Dropout}. Output: float32 [T,
 * H]. Integer arguments: A, and for training dropout's site; float argument for training: dropout's
 * probability. Dropout falls on the softmax's probabilities, before they weigh the values.
 *
 * <p>Gradient, per sequence and head, with G = ∂L/∂out, P = softmax(S), S = QKᵀ/√d and D the
 * dropout mask (1/(1-p) where a probability was kept, else 0; 1 everywhere without dropout). From
 * out = (D ⊙ P) V, as in {@link Linear}:
 *
 * <pre>
 * dV = (D ⊙ P)ᵀ G        dP = D ⊙ (G Vᵀ)
 * </pre>
 *
 * <p>Softmax's derivative is ∂P[k]/∂S[j] = P[k] (1[k = j] - P[j]) within a row: raising one score
 * takes from all. Hence, and through S to Q and K:
 *
 * <pre>
 * dS = P ⊙ (dP - rowsum(dP ⊙ P))        dQ = dS K / √d        dK = dSᵀ Q / √d
 * </pre>
 *
 * <p>P is computed again rather than kept, and the mask too: memory stays one head's.
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

  /**
   * Adds the op with dropout on the probabilities.
   *
   * @param graph the graph
   * @param qkv float32 [T, 3H]
   * @param offsets int32 [B + 1]
   * @param keys int64 [B], see {@link Dropout}
   * @param heads A, a divisor of H
   * @param probability of dropping a value, 0 up to but not 1
   * @param site the place in the network, see {@link Dropout}
   */
  public Attention(
      SameDiff graph,
      SDVariable qkv,
      SDVariable offsets,
      SDVariable keys,
      int heads,
      double probability,
      int site) {
    super(graph, qkv, offsets, keys);
    addIArgument(heads, site);
    addTArgument(probability);
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
  public <A> void run(Kernels<A> kernels, List<A> in, List<A> out) {
    DropoutRule<A> dropout = DropoutRule.none();
    if (in.size() == 3) {
      dropout = new DropoutRule<>(getTArgument(0), getIArgument(1).intValue(), in.get(2));
    }
    kernels.attention(in.get(0), in.get(1), getIArgument(0).intValue(), dropout, out.get(0));
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    List<SDVariable> d = new ArrayList<>(new Backward(this, gradients.get(0)).gradients());
    for (int i = 1; i < args().length; i++) {
      d.add(noGradient(i));
    }
    return d;
  }

  /**
   * The gradient of {@link Attention}: inputs qkv, offsets, the output's gradient and, with
   * dropout, keys; output dqkv.
   */
  public static final class Backward extends KernelOp {
    /** For SameDiff, which makes an empty op and fills it. */
    public Backward() {}

    Backward(Attention forward, SDVariable dOut) {
      super(forward.sameDiff, inputs(forward, dOut));
      addIArgument(forward.iArgs());
      addTArgument(forward.tArgs());
    }

    private static SDVariable[] inputs(Attention forward, SDVariable dOut) {
      List<SDVariable> inputs = new ArrayList<>(List.of(forward.args()));
      inputs.add(2, dOut);
      return inputs.toArray(new SDVariable[0]);
    }

    @Override
    public String opName() {
      return "javatron_attention_backward";
    }

    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      return List.of(inputs.get(0));
    }

    @Override
    public <A> void run(Kernels<A> kernels, List<A> in, List<A> out) {
      DropoutRule<A> dropout = DropoutRule.none();
      if (in.size() == 4) {
        dropout = new DropoutRule<>(getTArgument(0), getIArgument(1).intValue(), in.get(3));
      }
      int heads = getIArgument(0).intValue();
      kernels.attentionBackward(in.get(0), in.get(1), heads, dropout, in.get(2), out.get(0));
    }
  }
}

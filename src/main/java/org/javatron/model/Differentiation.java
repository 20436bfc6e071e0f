package org.javatron.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.javatron.command.Quiet;
import org.javatron.ops.KernelOps;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.ops.impl.reduce.bp.SumBp;

/** SameDiff's differentiation of a graph of our ops. */
final class Differentiation {
  private static final String GRADIENT_FUNCTION = "grad";
  private static final String SUFFIX = "-grad";

  private Differentiation() {}

  /**
   * The graph with its gradient behind it.
   *
   * @param graph ends in a loss
   * @param loss the loss's name
   * @param variables what to differentiate with respect to, each read by one op only
   * @return a graph that holds the forward ops, then the backward ones; it shares the variables'
   *     arrays
   */
  static SameDiff of(SameDiff graph, String loss, Collection<String> variables) {
    KernelOps.register();
    graph.setLossVariables(loss);
    // ND4J prints a line for each op it differentiates.
    return Quiet.run(
        () -> {
          graph.createGradFunction(variables.toArray(new String[0]));
          SameDiff gradient = graph.getFunction(GRADIENT_FUNCTION);
          skipSum(gradient);
          return gradient;
        });
  }

  /**
   * ND4J 1.0.0-M1.1 differentiates the sum of the loss's values. There is one, so whoever reads the
   * sum's gradient can read what that was made of.
   */
  private static void skipSum(SameDiff gradient) {
    for (SameDiffOp sum : gradient.getOps().values()) {
      if (sum.getOp() instanceof SumBp) {
        String made = sum.getOutputsOfOp().get(0);
        String source = sum.getInputsToOp().get(1);
        for (SameDiffOp op : gradient.getOps().values()) {
          List<String> inputs = new ArrayList<>(op.getInputsToOp());
          Collections.replaceAll(inputs, made, source);
          op.setInputsToOp(inputs);
        }
      }
    }
  }

  /** The name of a variable's gradient. */
  static String gradient(String variable) {
    return variable + SUFFIX;
  }

  /** The names of several variables' gradients. */
  static Set<String> gradients(Collection<String> variables) {
    List<String> names = new ArrayList<>();
    variables.forEach(variable -> names.add(gradient(variable)));
    return new HashSet<>(names);
  }
}

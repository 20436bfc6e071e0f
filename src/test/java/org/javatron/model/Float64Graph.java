package org.javatron.model;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Nd4jKernels;
import org.javatron.ops.KernelOp;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.AddOp;
import org.nd4j.linalg.factory.Nd4j;

/** Ops in float64 on the reference kernels, where central differences are exact to 1e-8. */
final class Float64Graph {
  private static final Kernels<INDArray> KERNELS = new Nd4jKernels();

  private Float64Graph() {}

  /** Every variable after the ops, each array its own; floats among the values are float64. */
  static Map<String, INDArray> run(Collection<SameDiffOp> ops, Map<String, INDArray> given) {
    Map<String, INDArray> values = new HashMap<>(given);
    values.put("one-var", Nd4j.scalar(DataType.DOUBLE, 1));
    for (SameDiffOp node : ops) {
      List<INDArray> in =
          node.getInputsToOp().stream()
              .map(name -> Objects.requireNonNull(values.get(name), name))
              .toList();
      if (node.getOp() instanceof KernelOp op) {
        List<INDArray> out =
            op.outputShapes(in.stream().map(INDArray::shape).toList()).stream()
                .map(shape -> Nd4j.createUninitialized(DataType.DOUBLE, shape))
                .toList();
        op.run(KERNELS, in, out);
        for (int i = 0; i < out.size(); i++) {
          values.put(node.getOutputsOfOp().get(i), out.get(i));
        }
      } else if (node.getOp() instanceof AddOp) {
        values.put(node.getOutputsOfOp().get(0), in.get(0).add(in.get(1)));
      }
    }
    return values;
  }
}

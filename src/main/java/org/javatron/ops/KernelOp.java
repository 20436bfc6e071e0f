package org.javatron.ops;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Memory;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;

/**
 * A node of the SameDiff graph that {@link Kernels} compute. ND4J's own ops do not serve BERT (no
 * epsilon in layer norm, a GELU that is not GELU, batched products at a few percent of the
 * machine), so the graph is made of a few large ops of our own.
 *
 * <p>What a subclass holds besides its inputs (heads, epsilon) goes into ND4J's integer and float
 * arguments, because those survive the copy that SameDiff makes of an op for the gradient graph.
 */
public abstract class KernelOp extends DynamicCustomOp {
  /** For SameDiff, which makes an empty op and fills it. */
  protected KernelOp() {}

  /** Adds the op to a graph. */
  protected KernelOp(SameDiff graph, SDVariable... inputs) {
    super(null, graph, inputs);
  }

  /**
   * The outputs' shapes, from the inputs'.
   *
   * @param inputs a shape per input, in order
   * @return a shape per output, in order
   */
  public abstract List<long[]> outputShapes(List<long[]> inputs);

  /**
   * What an output is, which decides how precisely it is kept.
   *
   * @param output its index
   * @return activations unless an op says otherwise
   */
  public Memory.Kind outputKind(int output) {
    return Memory.Kind.ACTIVATION;
  }

  /**
   * Tells the kernels, before the first run, what they may prepare.
   *
   * @param kernels how
   * @param in the inputs, in order; null for those that are not parameters
   * @param <A> what the kernels' arrays are
   */
  public <A> void prepare(Kernels<A> kernels, List<A> in) {}

  /**
   * Computes the outputs.
   *
   * @param kernels how
   * @param in the inputs, in order
   * @param out the outputs, of the shapes {@link #outputShapes} tells; overwritten
   * @param <A> what the kernels' arrays are
   */
  public abstract <A> void run(Kernels<A> kernels, List<A> in, List<A> out);

  @Override
  public abstract String opName();

  /** ND4J knows ops by a number; for ops outside its native library any will do. */
  @Override
  public long opHash() {
    return opName().hashCode();
  }

  @Override
  public int getNumOutputs() {
    return 1;
  }

  @Override
  public List<DataType> calculateOutputDataTypes(List<DataType> inputs) {
    return Collections.nCopies(getNumOutputs(), DataType.FLOAT);
  }

  @Override
  public List<LongShapeDescriptor> calculateOutputShape(OpContext context) {
    List<long[]> shapes = new ArrayList<>();
    for (INDArray input : context.getInputArrays()) {
      shapes.add(input.shape());
    }
    List<LongShapeDescriptor> descriptors = new ArrayList<>();
    for (long[] shape : outputShapes(shapes)) {
      descriptors.add(LongShapeDescriptor.fromShape(shape, DataType.FLOAT));
    }
    return descriptors;
  }

  /** This backward op's outputs, for {@code doDiff} to return. */
  protected final List<SDVariable> gradients() {
    return List.of(outputVariables());
  }

  /**
   * The zero gradient of an input that has none, such as token ids; the executor drops it. One for
   * all ops, since ND4J 1.0.0-M1.1 does not add up gradients of whole numbers.
   */
  protected final SDVariable noGradient(int input) {
    SDVariable zero = sameDiff.getVariable(arg(input).name() + "-grad");
    return zero == null ? sameDiff.zerosLike(arg(input)) : zero;
  }

  /** Nothing beyond the arguments; without this override SameDiff cannot copy the op. */
  @Override
  public Map<String, Object> propertiesForFunction() {
    return Collections.emptyMap();
  }

  @Override
  public void setPropertiesForFunction(Map<String, Object> properties) {
    // The arguments are all there is.
  }
}

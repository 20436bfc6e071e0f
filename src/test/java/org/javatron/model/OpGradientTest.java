package org.javatron.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.javatron.ops.AddLayerNorm;
import org.javatron.ops.Attention;
import org.javatron.ops.ContrastiveLoss;
import org.javatron.ops.Dropout;
import org.javatron.ops.Embeddings;
import org.javatron.ops.KernelOp;
import org.javatron.ops.L2Normalize;
import org.javatron.ops.Linear;
import org.javatron.ops.LinearGelu;
import org.javatron.ops.Pool;
import org.javatron.ops.Surrogate;
import org.javatron.weights.Pooling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Each op's gradient, as SameDiff puts it together from {@code doDiff}, against the slope of the op
 * itself. All in float64 on the reference kernels, so that central differences are exact to 1e-8
 * and a wrong term cannot hide in their noise.
 */
class OpGradientTest {
  private static final double STEP = 1e-5;
  private static final double LIMIT = 1e-7;

  /** Random ones: a wrong value shows in each, so a few do where one a value would take minutes. */
  private static final int DIRECTIONS = 5;

  /** Three sequences of 1, 4 and 2 tokens. */
  private static final INDArray OFFSETS = Nd4j.createFromArray(0, 1, 5, 7);

  private static final INDArray KEYS = Nd4j.createFromArray(11L, -5L, 1L << 60);
  private static final int TOKENS = 7;

  private final SameDiff graph = SameDiff.create();
  private final Map<String, INDArray> variables = new LinkedHashMap<>();
  private final Map<String, INDArray> constants =
      new HashMap<>(Map.of("offsets", OFFSETS, "keys", KEYS));

  /** What gradients are multiplied with before they are compared. */
  private double tampered = 1;

  OpGradientTest() {
    Nd4j.getRandom().setSeed(3);
    Nd4j.getEnvironment()
        .setMaxThreads(1); // waking others for so few values costs more than it brings
  }

  private SDVariable variable(String name, long... shape) {
    variables.put(name, Nd4j.randn(DataType.DOUBLE, shape));
    return graph.placeHolder(name, DataType.FLOAT, shape);
  }

  private SDVariable offsets() {
    return graph.placeHolder("offsets", DataType.INT32, -1);
  }

  private SDVariable keys() {
    return graph.placeHolder("keys", DataType.INT64, -1);
  }

  /** The op's output, weighed at random and summed up, is the loss. */
  private void check(Function<SameDiff, KernelOp> op, long... outputShape) {
    SDVariable output = op.apply(graph).outputVariables()[0];
    constants.put("weights", Nd4j.randn(DataType.DOUBLE, outputShape));
    SDVariable weights = graph.placeHolder("weights", DataType.FLOAT, outputShape);
    new Surrogate(graph, output, weights).outputVariable().rename("loss");
    List<SameDiffOp> forward = List.copyOf(graph.getOps().values());
    SameDiff gradient = Differentiation.of(graph, "loss", variables.keySet());
    Map<String, INDArray> found = run(gradient.getOps().values());
    variables.forEach(
        (name, array) -> {
          INDArray slope = found.get(gradient.getGradForVariable(name).name());
          for (int i = 0; i < DIRECTIONS; i++) {
            INDArray direction = Nd4j.randn(DataType.DOUBLE, array.shape());
            double expected = slope(forward, array, direction);
            double mine = tampered * slope.mul(direction).sumNumber().doubleValue();
            double scale = norm(slope) * norm(direction);
            double error = Math.abs(mine - expected) / scale;
            assertTrue(error < LIMIT, name + ": relative error " + error);
          }
        });
  }

  private static double norm(INDArray array) {
    return array.norm2Number().doubleValue();
  }

  /** How fast the loss rises as the array moves in a direction. */
  private double slope(List<SameDiffOp> forward, INDArray array, INDArray direction) {
    INDArray before = array.dup();
    array.assign(before.add(direction.mul(STEP)));
    double up = run(forward).get("loss").getDouble(0);
    array.assign(before.sub(direction.mul(STEP)));
    double down = run(forward).get("loss").getDouble(0);
    array.assign(before);
    return (up - down) / (2 * STEP);
  }

  private Map<String, INDArray> run(Collection<SameDiffOp> ops) {
    Map<String, INDArray> values = new HashMap<>(constants);
    values.putAll(variables);
    return Float64Graph.run(ops, values);
  }

  @Test
  void embeddings() {
    constants.put("ids", Nd4j.createFromArray(3, 1, 3, 0, 2, 1, 1));
    SDVariable ids = graph.placeHolder("ids", DataType.INT32, -1);
    SDVariable offsets = offsets();
    SDVariable words = variable("words", 4, 4);
    SDVariable positions = variable("positions", 5, 4);
    SDVariable types = variable("types", 2, 4);
    SDVariable gamma = variable("gamma", 4);
    SDVariable beta = variable("beta", 4);
    check(
        g -> new Embeddings(g, ids, offsets, words, positions, types, gamma, beta, 1e-3),
        TOKENS,
        4);
  }

  @Test
  void linear() {
    SDVariable x = variable("x", TOKENS, 5);
    SDVariable weight = variable("weight", 3, 5);
    SDVariable bias = variable("bias", 3);
    check(g -> new Linear(g, x, weight, bias), TOKENS, 3);
  }

  @Test
  void linearGelu() {
    SDVariable x = variable("x", TOKENS, 5);
    SDVariable weight = variable("weight", 3, 5);
    SDVariable bias = variable("bias", 3);
    check(g -> new LinearGelu(g, x, weight, bias, true), TOKENS, 3);
  }

  @Test
  void attention() {
    SDVariable qkv = variable("qkv", TOKENS, 12);
    SDVariable offsets = offsets();
    check(g -> new Attention(g, qkv, offsets, 2), TOKENS, 4);
  }

  @Test
  void attentionWithDropout() {
    SDVariable qkv = variable("qkv", TOKENS, 12);
    SDVariable offsets = offsets();
    SDVariable keys = keys();
    check(g -> new Attention(g, qkv, offsets, keys, 2, 0.4, 3), TOKENS, 4);
  }

  @Test
  void addLayerNorm() {
    SDVariable x = variable("x", TOKENS, 6);
    SDVariable residual = variable("residual", TOKENS, 6);
    SDVariable gamma = variable("gamma", 6);
    SDVariable beta = variable("beta", 6);
    check(g -> new AddLayerNorm(g, x, residual, gamma, beta, 1e-3), TOKENS, 6);
  }

  @Test
  void dropout() {
    SDVariable x = variable("x", TOKENS, 6);
    SDVariable offsets = offsets();
    SDVariable keys = keys();
    check(g -> new Dropout(g, x, offsets, keys, 0.4, 2), TOKENS, 6);
  }

  @ParameterizedTest
  @EnumSource
  void pool(Pooling pooling) {
    SDVariable hidden = variable("hidden", TOKENS, 6);
    SDVariable offsets = offsets();
    check(g -> new Pool(g, hidden, offsets, pooling), 3, 6);
  }

  @Test
  void l2Normalize() {
    SDVariable x = variable("x", 3, 6);
    check(g -> new L2Normalize(g, x), 3, 6);
  }

  @Test
  void contrastiveLoss() {
    SDVariable queries = variable("queries", 3, 4);
    SDVariable passages = variable("passages", 6, 4);
    check(g -> new ContrastiveLoss(g, queries, passages, 0.7), 1);
  }

  @Test
  void surrogate() {
    SDVariable vectors = variable("vectors", 3, 4);
    constants.put("given", Nd4j.randn(DataType.DOUBLE, 3, 4));
    SDVariable given = graph.placeHolder("given", DataType.FLOAT, 3, 4);
    check(g -> new Surrogate(g, vectors, given), 1);
  }

  /** A check that finds nothing wrong with a wrong gradient would be none. */
  @Test
  void aGradientOffByATenthOfAPermilleIsFound() {
    tampered = 1.0001;
    assertThrows(AssertionError.class, this::addLayerNorm);
  }

  /** An op that somebody adds has its check here, under the name of its class. */
  @Test
  void everyOpIsChecked() {
    Set<String> checks =
        Arrays.stream(OpGradientTest.class.getDeclaredMethods())
            .map(method -> method.getName().toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    Set<String> ops =
        new ClassFileImporter()
            .importPackages("org.javatron.ops").stream()
                .filter(type -> type.isAssignableTo(KernelOp.class) && !type.isNestedClass())
                .map(type -> type.getSimpleName().toLowerCase(Locale.ROOT))
                .filter(name -> !name.equals("kernelop"))
                .collect(Collectors.toSet());
    assertEquals(10, ops.size(), ops::toString);
    ops.removeAll(checks);
    assertEquals(Set.of(), ops);
  }
}

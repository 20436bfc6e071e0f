package org.javatron.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.weights.BertConfig;
import org.javatron.weights.Pooling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class TokenAttributionTest {
  private static final String WORDS = "embeddings.word_embeddings.weight";

  /** One token stands in it three times. */
  private static final int[] IDS = {2, 7, 7, 31, 12, 7, 3};

  private static final double STEP = 1e-5;

  @TempDir Path folder;

  private static float[] other(int dim) {
    Random random = new Random(17);
    float[] values = new float[dim];
    for (int i = 0; i < dim; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** The graph's values in float64 for the text {@link #IDS}. */
  private static Map<String, INDArray> values(BertConfig config) throws Exception {
    Map<String, INDArray> weights = WeightLoader.load(Golden.file("model.safetensors"), config);
    Map<String, INDArray> values = new HashMap<>();
    weights.forEach((name, array) -> values.put(name, array.castTo(DataType.DOUBLE)));
    INDArray words = Nd4j.create(DataType.DOUBLE, IDS.length, config.hiddenSize());
    for (int t = 0; t < IDS.length; t++) {
      words.putRow(t, values.get(WORDS).getRow(IDS[t]));
    }
    WeightLoader.close(weights);
    values.put(WORDS, words);
    values.put(BertGraph.TOKEN_IDS, Nd4j.createFromArray(0, 1, 2, 3, 4, 5, 6));
    values.put(BertGraph.OFFSETS, Nd4j.createFromArray(0, IDS.length));
    INDArray given = Nd4j.createFromArray(new float[][] {other(config.hiddenSize())});
    values.put(BertGraph.VECTOR_GRADIENTS, given.castTo(DataType.DOUBLE));
    return values;
  }

  private static SameDiff graph(Map<String, INDArray> values, Pooling pooling, boolean normalize)
      throws Exception {
    Map<String, INDArray> floats = new HashMap<>();
    values.forEach((name, array) -> floats.put(name, array.castTo(DataType.FLOAT)));
    return TokenAttribution.graph(Golden.config(), floats, pooling, normalize);
  }

  /** What a variable depends on. */
  private static List<SameDiffOp> ops(SameDiff graph, String variable) {
    return GraphExecutor.needed(List.copyOf(graph.getOps().values()), Set.of(variable));
  }

  /** Gradient times input of each token, from the graph's own gradient in float64. */
  private static double[] attributions(SameDiff graph, Map<String, INDArray> values) {
    String name = Differentiation.gradient(WORDS);
    INDArray gradient = Float64Graph.run(ops(graph, name), values).get(name);
    return gradient.mul(values.get(WORDS)).sum(1).toDoubleVector();
  }

  @ParameterizedTest
  @CsvSource({"CLS,false", "MEAN,true"})
  void scalingATokensEmbeddingChangesTheScoreByItsAttribution(Pooling pooling, boolean normalize)
      throws Exception {
    Map<String, INDArray> values = values(Golden.config());
    SameDiff graph = graph(values, pooling, normalize);
    double[] attributions = attributions(graph, values);
    List<SameDiffOp> ops = ops(graph, BertGraph.SURROGATE);
    double most = 0;
    for (int t = 0; t < IDS.length; t++) {
      INDArray row = values.get(WORDS).getRow(t);
      INDArray before = row.dup();
      row.assign(before.mul(1 + STEP));
      double up = Float64Graph.run(ops, values).get(BertGraph.SURROGATE).getDouble(0);
      row.assign(before.mul(1 - STEP));
      double down = Float64Graph.run(ops, values).get(BertGraph.SURROGATE).getDouble(0);
      row.assign(before);
      assertEquals((up - down) / (2 * STEP), attributions[t], 1e-8, "token " + t);
      most = Math.max(most, Math.abs(attributions[t]));
    }
    assertTrue(most > 0.01, "something moves the score: " + most);
    assertNotEquals(attributions[1], attributions[2], "equal tokens have places of their own");
  }

  @ParameterizedTest
  @CsvSource({"CPU,CLS,false", "CPU,MEAN,true", "REFERENCE,MEAN,true"})
  void inFloat32ItIsTheSame(KernelSet kernels, Pooling pooling, boolean normalize)
      throws Exception {
    Map<String, INDArray> values = values(Golden.config());
    double[] expected = attributions(graph(values, pooling, normalize), values);
    Path model = Golden.directory(folder.resolve("model"), pooling, normalize);
    try (TokenAttribution text =
        TokenAttribution.open(model, IDS.length, new KernelSettings(kernels, 2))) {
      assertArrayEquals(expected, text.attributions(IDS, other(text.dim())), 1e-5);
    }
  }

  /** Training gives equal tokens one gradient, which is the sum over their places. */
  @Test
  void placesOfAWordAddUpToTrainingsGradient() throws Exception {
    Path model = Golden.directory(folder.resolve("model"), Pooling.MEAN, true);
    KernelSettings kernels = new KernelSettings(KernelSet.CPU, 2);
    TrainableOptions options = new TrainableOptions(kernels, IDS.length, 1, null, null, 0.0);
    try (TrainableEncoder trained = TrainableEncoder.open(model, options);
        TokenAttribution text = TokenAttribution.open(model, 30, kernels)) {
      int dim = text.dim();
      float[] vector = new float[dim];
      trained.forward(List.of(IDS), new long[1], vector, 0);
      assertArrayEquals(vector, text.vector(IDS), 1e-6f);
      trained.backward(other(dim), 0);
      FloatBuffer gradient = trained.gradient(WORDS);
      FloatBuffer weight = trained.weight(WORDS);
      double sum = 0;
      for (int i = 7 * dim; i < 8 * dim; i++) {
        sum += (double) gradient.get(i) * weight.get(i);
      }
      double[] attributions = text.attributions(IDS, other(dim));
      assertEquals(sum, attributions[1] + attributions[2] + attributions[5], 1e-5);
    }
  }

  @Test
  void textsOutsideItsBoundsAreRefused() throws Exception {
    Path model = Golden.directory(folder.resolve("model"), Pooling.MEAN, true);
    try (TokenAttribution text =
        TokenAttribution.open(model, 3, new KernelSettings(KernelSet.CPU, 1))) {
      assertRefused("a text should have 1 to 3 tokens, found 0", text);
      assertRefused("a text should have 1 to 3 tokens, found 4", text, 2, 7, 7, 3);
      int size = Golden.config().vocabSize();
      assertRefused("token ids should be below " + size + ", found " + size, text, 2, size, 3);
      assertRefused("token ids should be below " + size + ", found -1", text, 2, -1, 3);
    }
  }

  private static void assertRefused(String sentence, TokenAttribution text, int... ids) {
    Exception error = assertThrows(IllegalArgumentException.class, () -> text.vector(ids));
    assertEquals(sentence, error.getMessage());
  }
}

package org.javatron.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.weights.ModelManifest;
import org.javatron.weights.Pooling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainableEncoderTest {
  private static final double DROPOUT = 0.2;

  @TempDir static Path folder;

  private static Path model() throws Exception {
    Path model = folder.resolve("model");
    return Files.exists(model) ? model : Golden.directory(model, Pooling.MEAN, false);
  }

  private static TrainableEncoder open(KernelSet kernels, Pooling pooling, double dropout)
      throws Exception {
    return TrainableEncoder.open(
        model(),
        new TrainableOptions(new KernelSettings(kernels, 2), 100, 10, pooling, true, dropout));
  }

  private static long[] keys(int count) {
    return new Random(5).longs(count).toArray();
  }

  private static float[] random(int length) {
    float[] values = new float[length];
    Random random = new Random(7);
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static Map<String, float[]> gradients(TrainableEncoder encoder) {
    Map<String, float[]> copies = new TreeMap<>();
    for (String name : encoder.parameters()) {
      FloatBuffer gradient = encoder.gradient(name);
      copies.put(name, new float[gradient.capacity()]);
      gradient.get(0, copies.get(name));
    }
    return copies;
  }

  /** The loss that {@code dVectors} is the gradient of: the sum of the vectors' values, weighed. */
  private static double loss(TrainableEncoder encoder, long[] keys, float[] dVectors) {
    float[] vectors = new float[dVectors.length];
    encoder.forward(Golden.sequences(), keys, vectors, 0);
    double sum = 0;
    for (int i = 0; i < vectors.length; i++) {
      sum += (double) vectors[i] * dVectors[i];
    }
    return sum;
  }

  /**
   * The whole graph by finite differences, dropout on: along the gradient's own direction, where a
   * step of e changes the loss by e |gradient|.
   */
  @ParameterizedTest
  @EnumSource
  void theGradientOfEveryParameterIsTheSlopeOfTheLoss(Pooling pooling) throws Exception {
    int count = Golden.sequences().size();
    try (TrainableEncoder encoder = open(KernelSet.CPU, pooling, DROPOUT)) {
      float[] dVectors = random(count * encoder.dim());
      loss(encoder, keys(count), dVectors);
      encoder.backward(dVectors, 0);
      for (Map.Entry<String, float[]> gradient : gradients(encoder).entrySet()) {
        double norm = norm(gradient.getValue());
        assertTrue(norm > 1e-6, gradient.getKey() + " has a gradient");
        FloatBuffer weight = encoder.weight(gradient.getKey());
        float[] before = new float[weight.capacity()];
        weight.get(0, before);
        double step = 2e-3;
        double up = loss(encoder, keys(count), dVectors, weight, before, gradient, step / norm);
        double down = loss(encoder, keys(count), dVectors, weight, before, gradient, -step / norm);
        weight.put(0, before);
        assertEquals(norm, (up - down) / (2 * step), 0.02 * norm + 0.003, gradient.getKey());
      }
    }
  }

  private static double loss(
      TrainableEncoder encoder,
      long[] keys,
      float[] dVectors,
      FloatBuffer weight,
      float[] before,
      Map.Entry<String, float[]> gradient,
      double factor) {
    for (int i = 0; i < before.length; i++) {
      weight.put(i, (float) (before[i] + factor * gradient.getValue()[i]));
    }
    return loss(encoder, keys, dVectors);
  }

  private static double norm(float[] values) {
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }

  @Test
  void bothKernelSetsGiveTheSameGradients() throws Exception {
    int count = Golden.sequences().size();
    Map<String, float[]> expected = gradients(KernelSet.REFERENCE, count);
    Map<String, float[]> found = gradients(KernelSet.CPU, count);
    assertEquals(expected.keySet(), found.keySet());
    for (String name : expected.keySet()) {
      double error = Golden.relativeError(expected.get(name), found.get(name));
      assertTrue(error < 2e-5, name + ": relative error " + error);
    }
  }

  private static Map<String, float[]> gradients(KernelSet kernels, int count) throws Exception {
    try (TrainableEncoder encoder = open(kernels, Pooling.MEAN, DROPOUT)) {
      float[] dVectors = random(count * encoder.dim());
      loss(encoder, keys(count), dVectors);
      encoder.backward(dVectors, 0);
      return gradients(encoder);
    }
  }

  @Test
  void partsOfABatchAddUpToTheWholeUnderTheSameDropoutKeys() throws Exception {
    List<int[]> texts = Golden.sequences();
    int count = texts.size();
    long[] keys = keys(count);
    try (TrainableEncoder encoder = open(KernelSet.CPU, Pooling.CLS, DROPOUT)) {
      float[] dVectors = random(count * encoder.dim());
      float[] whole = new float[count * encoder.dim()];
      encoder.forward(texts, keys, whole, 0);
      encoder.backward(dVectors, 0);
      Map<String, float[]> expected = gradients(encoder);
      encoder.zeroGradients();
      float[] parts = new float[whole.length];
      for (int b = count - 1; b >= 0; b--) {
        encoder.forward(texts.subList(b, b + 1), new long[] {keys[b]}, parts, b * encoder.dim());
        encoder.backward(dVectors, b * encoder.dim());
      }
      assertArrayEquals(whole, parts, 1e-6f);
      Map<String, float[]> found = gradients(encoder);
      for (String name : expected.keySet()) {
        double error = Golden.relativeError(expected.get(name), found.get(name));
        assertTrue(error < 2e-5, name + ": relative error " + error);
      }
    }
  }

  @Test
  void dropoutChangesWithTheKeyAndIsOffForEncoding() throws Exception {
    List<int[]> texts = Golden.sequences();
    int count = texts.size();
    try (TrainableEncoder encoder = open(KernelSet.CPU, Pooling.MEAN, DROPOUT);
        TrainableEncoder plain = open(KernelSet.CPU, Pooling.MEAN, 0)) {
      float[] first = new float[count * encoder.dim()];
      float[] second = first.clone();
      encoder.forward(texts, keys(count), first, 0);
      encoder.forward(texts, new Random(6).longs(count).toArray(), second, 0);
      assertTrue(Golden.relativeError(first, second) > 0.01);
      encoder.forward(texts, keys(count), second, 0);
      assertArrayEquals(first, second);
      encoder.encode(texts, first, 0);
      plain.forward(texts, keys(count), second, 0);
      assertArrayEquals(first, second, 1e-6f);
    }
  }

  @Test
  void writesWhatItRead(@TempDir Path saved) throws Exception {
    try (TrainableEncoder encoder = open(KernelSet.CPU, Pooling.CLS, 0)) {
      encoder.save(saved, 20, 60, " ");
    }
    ModelManifest manifest = ModelManifest.read(saved);
    assertEquals(Pooling.CLS, manifest.pooling());
    assertTrue(manifest.normalize());
    assertEquals(60, manifest.passageMaxLength());
    for (String tensor : Golden.config().tensorShapes().keySet()) {
      assertArrayEquals(
          Golden.tensor(model().resolve("model.safetensors"), tensor),
          Golden.tensor(saved.resolve("model.safetensors"), tensor),
          tensor);
    }
  }

  @Test
  void tellsTheMemoryOfAPassBeforeItTakesIt() throws Exception {
    TrainableOptions options =
        new TrainableOptions(new KernelSettings(KernelSet.CPU, 1), 20_000_000, 10, null, null, 0.0);
    try (TrainableEncoder encoder = TrainableEncoder.open(model(), options)) {
      assertTrue(encoder.memoryBytes() > 8L << 30);
      OutOfMemoryError e =
          assertThrows(
              OutOfMemoryError.class,
              () -> encoder.forward(Golden.sequences(), keys(10), new float[1000], 0));
      assertTrue(e.getMessage().contains("make them smaller"), e.getMessage());
    }
  }

  @Test
  void refusesWhatHasNoMeaning() throws Exception {
    try (TrainableEncoder encoder = open(KernelSet.CPU, Pooling.CLS, 0)) {
      assertThrows(IllegalStateException.class, () -> encoder.backward(new float[100], 0));
      assertThrows(IllegalStateException.class, encoder::sumOfSquaredGradients);
      List<int[]> eleven = java.util.Collections.nCopies(11, new int[] {1, 2});
      assertThrows(
          IllegalArgumentException.class,
          () -> encoder.forward(eleven, new long[11], new float[1000], 0));
    }
    assertThrows(IllegalArgumentException.class, () -> open(KernelSet.CPU, Pooling.CLS, 1));
  }
}

package org.javatron.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.model.RandomBert;
import org.javatron.model.TrainableEncoder;
import org.javatron.model.TrainableOptions;
import org.javatron.weights.ModelManifest;
import org.javatron.weights.Pooling;
import org.javatron.weights.Provenance;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** GradCache's gradients are the plain step's, dropout included. */
class ContrastiveStepTest {
  private static final KernelSettings CPU = new KernelSettings(KernelSet.CPU, 2);
  private KernelSettings kernels = CPU;
  private static final int QUERIES = 5;
  private static final int PER_QUERY = 3;
  private static final int QUERY_LENGTH = 6;
  private static final int PASSAGE_LENGTH = 17;

  @TempDir Path temporary;

  private Path model() throws Exception {
    Path model = Files.createTempDirectory(temporary, "model");
    if (kernels.set() == KernelSet.CUDA) { // which wants widths that are multiples of 8
      return RandomBert.write(model, 2, 64, 2, Pooling.CLS, false);
    }
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(
          Path.of(getClass().getResource("/golden/bert/" + name).toURI()), model.resolve(name));
    }
    new ModelManifest(
            Pooling.CLS,
            false,
            32,
            64,
            " ",
            "0".repeat(64),
            new Provenance("test", null, "safetensors", null, "test"))
        .write(model);
    return model;
  }

  private static StepShape shape(int queryChunk, int passageChunk) {
    return new StepShape(
        QUERIES, PER_QUERY, QUERY_LENGTH, PASSAGE_LENGTH, queryChunk, passageChunk);
  }

  private TrainableEncoder encoder(StepShape shape) throws Exception {
    return encoder(shape, 0.2);
  }

  private TrainableEncoder encoder(StepShape shape, double dropout) throws Exception {
    return TrainableEncoder.open(
        model(),
        new TrainableOptions(
            kernels, shape.maxTokens(), shape.maxSequences(), null, null, dropout));
  }

  private static List<int[]> texts(int count, int longest, long seed) {
    Random random = new Random(seed);
    List<int[]> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(random.ints(1 + random.nextInt(longest), 1, 100).toArray());
    }
    return texts;
  }

  private static double run(ContrastiveStep step, double weight) {
    return step.run(
        texts(QUERIES, QUERY_LENGTH, 1),
        texts(QUERIES * PER_QUERY, PASSAGE_LENGTH, 2),
        new Random(3).longs(QUERIES).toArray(),
        new Random(4).longs(QUERIES * PER_QUERY).toArray(),
        weight);
  }

  private static Map<String, double[]> copy(TrainableEncoder encoder) {
    Map<String, double[]> copies = new TreeMap<>();
    for (String name : encoder.parameters()) {
      FloatBuffer gradient = encoder.gradient(name);
      double[] values = new double[gradient.capacity()];
      Arrays.setAll(values, gradient::get);
      copies.put(name, values);
    }
    return copies;
  }

  private void assertClose(
      Map<String, double[]> expected, Map<String, double[]> found, double factor) {
    assertEquals(expected.keySet(), found.keySet());
    double greatest =
        expected.values().stream().mapToDouble(ContrastiveStepTest::max).max().orElse(0);
    expected.forEach(
        (name, values) -> {
          // The loss pulls and pushes passages by as much, so the gradient of what all of them
          // share (the last bias of their encoder) is 0 but for rounding. That is some 1e-7 of what
          // is added up, on the GPU of a random model with larger values.
          double least = kernels.set() == KernelSet.CUDA ? 1e-2 : 1e-3;
          double scale = Math.max(max(values), least * greatest);
          double[] others = found.get(name);
          for (int i = 0; i < values.length; i++) {
            assertEquals(values[i] * factor, others[i], 1e-4 * scale * factor, name + " " + i);
          }
        });
  }

  private static double max(double[] values) {
    double max = 0;
    for (double value : values) {
      max = Math.max(max, Math.abs(value));
    }
    return max;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 0",
    "2, 4, 0",
    "1, 1, 0.2",
    "2, 4, 0.2",
    "5, 15, 0.2",
    "3, 0, 0.2",
    "0, 7, 0.2",
    "100, 100, 0.2"
  })
  void chunksOfATiedModelAddUpToTheWhole(int queryChunk, int passageChunk, double dropout)
      throws Exception {
    StepShape whole = shape(0, 0);
    StepShape parts = shape(queryChunk, passageChunk);
    try (TrainableEncoder plain = encoder(whole, dropout);
        TrainableEncoder cached = encoder(parts, dropout);
        ContrastiveStep plainStep = new ContrastiveStep(plain, plain, whole, 0.5, kernels);
        ContrastiveStep cachedStep = new ContrastiveStep(cached, cached, parts, 0.5, kernels)) {
      double loss = run(plainStep, 1);
      assertEquals(loss, run(cachedStep, 1), 1e-5 * loss);
      assertClose(copy(plain), copy(cached), 1);
    }
  }

  @Test
  @Tag("gpu")
  void onAGpuToo() throws Exception {
    kernels = new KernelSettings(KernelSet.CUDA, 1);
    chunksOfATiedModelAddUpToTheWhole(2, 4, 0.2);
    chunksOfAnUntiedModelAddUpToTheWhole();
  }

  @Test
  void chunksOfAnUntiedModelAddUpToTheWhole() throws Exception {
    StepShape whole = shape(0, 0);
    StepShape parts = shape(2, 4);
    try (TrainableEncoder queries = encoder(whole);
        TrainableEncoder passages = encoder(whole);
        TrainableEncoder cachedQueries = encoder(parts);
        TrainableEncoder cachedPassages = encoder(parts);
        ContrastiveStep plainStep = new ContrastiveStep(queries, passages, whole, 0.5, kernels);
        ContrastiveStep cachedStep =
            new ContrastiveStep(cachedQueries, cachedPassages, parts, 0.5, kernels)) {
      double loss = run(plainStep, 1);
      assertEquals(loss, run(cachedStep, 1), 1e-5 * loss);
      assertClose(copy(queries), copy(cachedQueries), 1);
      assertClose(copy(passages), copy(cachedPassages), 1);
    }
  }

  @Test
  void microBatchesAddUpByTheirWeights() throws Exception {
    StepShape shape = shape(0, 0);
    try (TrainableEncoder encoder = encoder(shape);
        ContrastiveStep step = new ContrastiveStep(encoder, encoder, shape, 1, kernels)) {
      run(step, 1);
      Map<String, double[]> once = copy(encoder);
      encoder.zeroGradients();
      run(step, 0.25);
      run(step, 0.25);
      assertClose(once, copy(encoder), 0.5);
    }
  }

  @Test
  void memoryIsThatOfAChunkWhateverTheBatch() throws Exception {
    StepShape small = new StepShape(8, 8, 32, 64, 4, 8);
    StepShape large = new StepShape(512, 8, 32, 64, 4, 8);
    try (TrainableEncoder first = encoder(small);
        TrainableEncoder second = encoder(large)) {
      assertEquals(first.memoryBytes(), second.memoryBytes());
    }
  }

  @Test
  void aLossThatIsNotFiniteLeavesTheGradientsAlone() throws Exception {
    StepShape shape = shape(0, 0);
    try (TrainableEncoder encoder = encoder(shape);
        ContrastiveStep step = new ContrastiveStep(encoder, encoder, shape, 1, kernels)) {
      encoder.weight("embeddings.LayerNorm.weight").put(0, Float.NaN);
      assertFalse(Double.isFinite(run(step, 1)));
      assertThrows(IllegalStateException.class, encoder::sumOfSquaredGradients);
    }
  }

  @Test
  void aTemperatureOfZeroIsRefused() throws Exception {
    try (TrainableEncoder encoder = encoder(shape(0, 0))) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> new ContrastiveStep(encoder, encoder, shape(0, 0), 0, kernels));
      assertTrue(e.getMessage().contains("temperature"));
    }
  }
}

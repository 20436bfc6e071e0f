package org.javatron.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Memory;
import org.javatron.kernels.Precision;
import org.javatron.model.TokenBatch.BatchLimits;
import org.javatron.weights.BertConfig;
import org.javatron.weights.Pooling;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A BERT on a GPU against the same on the CPU, whose every layer and gradient is PyTorch's. */
@Tag("gpu")
class GpuModelTest {
  private static final KernelSettings CPU = new KernelSettings(KernelSet.CPU, 2);

  @TempDir Path folder;
  private Path model;
  private List<int[]> texts;

  @BeforeEach
  void writeAModel() throws Exception {
    model = RandomBert.write(folder, 3, 128, 2, Pooling.MEAN, false);
    Random random = new Random(2);
    texts = new ArrayList<>();
    for (int length : new int[] {1, 2, 17, 64, 65, 200, 31, 128}) {
      texts.add(random.ints(length, 0, RandomBert.VOCABULARY).toArray());
    }
  }

  private static KernelSettings cuda(Precision precision) {
    return new KernelSettings(KernelSet.CUDA, precision, 1);
  }

  /** 24, 8 and 11 bits of mantissa; what is rounded adds up from layer to layer. */
  private static double limit(Precision precision) {
    return switch (precision) {
      case FP32 -> 1e-5;
      case BF16 -> 3e-2;
      case FP16 -> 4e-3;
    };
  }

  @ParameterizedTest
  @EnumSource
  void everyLayer(Precision precision) throws Exception {
    Map<String, float[]> expected = layers(CPU);
    Map<String, float[]> found = layers(cuda(precision));
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((name, values) -> close(name, values, found.get(name), limit(precision)));
  }

  private Map<String, float[]> layers(KernelSettings settings) throws Exception {
    BertConfig config = BertConfig.read(model.resolve("config.json"));
    try (Kernels<?> kernels = Kernels.open(settings, config.maxPositions())) {
      return layers(kernels, config);
    }
  }

  private <A> Map<String, float[]> layers(Kernels<A> kernels, BertConfig config) throws Exception {
    var weights = WeightLoader.load(model.resolve("model.safetensors"), config);
    var graph = BertGraph.build(config, weights, Pooling.MEAN, true);
    Set<String> names = new LinkedHashSet<>(List.of("embeddings"));
    for (int i = 0; i < config.layers(); i++) {
      names.add("encoder.layer." + i + ".attention.self");
      names.add("encoder.layer." + i + ".output");
    }
    names.add(BertGraph.VECTORS);
    BatchLimits limits = new BatchLimits(600, config.vocabSize(), config.maxPositions());
    Memory<A> memory = kernels.memory();
    try (Parameters<A> parameters = new Parameters<>(memory, weights);
        TokenBatch<A> batch = new TokenBatch<>(memory, limits);
        GraphExecutor<A> executor =
            new GraphExecutor<>(
                graph, parameters.arrays(), kernels, limits.largestShapes(), names)) {
      Map<String, A> values = executor.run(batch.pack(texts));
      Map<String, float[]> read = new LinkedHashMap<>();
      for (String name : names) {
        long[] shape = memory.shape(values.get(name));
        float[] copy = new float[(int) (shape[0] * shape[1])];
        memory.get(values.get(name), copy, 0, copy.length);
        read.put(name, copy);
      }
      return read;
    }
  }

  private static void close(String what, float[] expected, float[] found, double limit) {
    double error = Golden.relativeError(expected, found);
    assertTrue(error < limit, what + ": relative error " + error);
  }

  @Test
  void batchAndOrderChangeNothing() throws Exception {
    EncoderOptions options = new EncoderOptions(600, cuda(Precision.FP32));
    try (Encoder encoder = Encoder.open(model, Encoder.Side.PASSAGE, options)) {
      float[] together = Golden.encode(encoder, texts);
      assertArrayEquals(together, Golden.encode(encoder, texts), 0, "same batch, same bits");
      List<int[]> reversed = new ArrayList<>(texts);
      Collections.reverse(reversed);
      float[] backwards = Golden.encode(encoder, reversed);
      int dim = encoder.dim();
      for (int i = 0; i < texts.size(); i++) {
        float[] alone = Golden.encode(encoder, List.of(texts.get(i)));
        int other = texts.size() - 1 - i;
        for (int k = 0; k < dim; k++) {
          assertEquals(together[i * dim + k], alone[k], 1e-5, "alone");
          assertEquals(together[i * dim + k], backwards[other * dim + k], 1e-5, "reversed");
        }
      }
    }
  }

  /** With dropout, whose masks are the same anywhere. */
  @ParameterizedTest
  @EnumSource(names = {"FP32", "BF16"})
  void gradients(Precision precision) throws Exception {
    Map<String, float[]> expected = gradients(CPU);
    Map<String, float[]> found = gradients(cuda(precision));
    double all = 0;
    for (float[] values : expected.values()) {
      all = Math.max(all, norm(values));
    }
    for (Map.Entry<String, float[]> each : expected.entrySet()) {
      float[] theirs = found.get(each.getKey());
      double difference = 0;
      for (int i = 0; i < theirs.length; i++) {
        difference += Math.pow(each.getValue()[i] - theirs[i], 2);
      }
      // The gradient of the keys' biases is 0 but for rounding: it is measured by all of them.
      double scale = Math.max(norm(each.getValue()), 1e-3 * all);
      double error = Math.sqrt(difference) / scale;
      double limit = precision == Precision.FP32 ? 3e-5 : 6e-2;
      assertTrue(error < limit, each.getKey() + ": relative error " + error);
    }
  }

  private Map<String, float[]> gradients(KernelSettings kernels) throws Exception {
    TrainableOptions options = new TrainableOptions(kernels, 600, 10, Pooling.CLS, true, 0.2);
    try (TrainableEncoder encoder = TrainableEncoder.open(model, options)) {
      float[] dVectors = new float[texts.size() * encoder.dim()];
      Random random = new Random(7);
      for (int i = 0; i < dVectors.length; i++) {
        dVectors[i] = (float) random.nextGaussian();
      }
      long[] keys = new Random(5).longs(texts.size()).toArray();
      encoder.forward(texts, keys, new float[dVectors.length], 0);
      encoder.backward(dVectors, 0);
      Map<String, float[]> copies = new LinkedHashMap<>();
      for (String name : encoder.parameters()) {
        FloatBuffer gradient = encoder.gradient(name);
        copies.put(name, new float[gradient.capacity()]);
        gradient.get(0, copies.get(name));
      }
      return copies;
    }
  }

  private static double norm(float[] values) {
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }
}

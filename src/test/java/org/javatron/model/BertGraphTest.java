package org.javatron.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Memory;
import org.javatron.model.TokenBatch.BatchLimits;
import org.javatron.weights.BertConfig;
import org.javatron.weights.Pooling;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Layer by layer against PyTorch. */
class BertGraphTest {
  @ParameterizedTest
  @EnumSource(names = {"REFERENCE", "CPU"})
  void everyLayerIsPyTorchs(KernelSet set) throws Exception {
    compare(new KernelSettings(set, 2), 1e-5);
  }

  private static void compare(KernelSettings settings, double limit) throws Exception {
    BertConfig config = Golden.config();
    Map<String, INDArray> weights = WeightLoader.load(Golden.file("model.safetensors"), config);
    SameDiff graph = BertGraph.build(config, weights, Pooling.MEAN, true);
    Set<String> names = new LinkedHashSet<>();
    names.add("embeddings");
    for (int i = 0; i < config.layers(); i++) {
      names.add("encoder.layer." + i + ".attention.self");
      names.add("encoder.layer." + i + ".output");
    }
    try (Kernels<?> kernels = Kernels.open(settings, config.maxPositions())) {
      compare(kernels, config, graph, weights, names, limit);
    }
  }

  private static <A> void compare(
      Kernels<A> kernels,
      BertConfig config,
      SameDiff graph,
      Map<String, INDArray> weights,
      Set<String> names,
      double limit) {
    Set<String> outputs = new LinkedHashSet<>(names);
    outputs.add(BertGraph.VECTORS);
    BatchLimits limits = new BatchLimits(100, config.vocabSize(), config.maxPositions());
    Memory<A> memory = kernels.memory();
    try (Parameters<A> parameters = new Parameters<>(memory, weights);
        TokenBatch<A> batch = new TokenBatch<>(memory, limits);
        GraphExecutor<A> executor =
            new GraphExecutor<>(
                graph, parameters.arrays(), kernels, limits.largestShapes(), outputs)) {
      Map<String, A> values = executor.run(batch.pack(Golden.sequences()));
      for (String name : names) {
        float[] expected = Golden.expected(name);
        double error = Golden.relativeError(expected, read(memory, values.get(name), expected));
        assertTrue(error < limit, name + ": relative error " + error);
      }
      float[] expected = Golden.expected("mean.normalized");
      float[] vectors = read(memory, values.get(BertGraph.VECTORS), expected);
      assertEquals(0, Golden.relativeError(expected, vectors), limit);
    }
  }

  private static <A> float[] read(Memory<A> memory, A array, float[] like) {
    float[] values = new float[like.length];
    memory.get(array, values, 0, values.length);
    return values;
  }
}

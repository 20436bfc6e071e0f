package org.javatron.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.Kernels;
import org.javatron.weights.BertConfig;
import org.javatron.weights.Pooling;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Layer by layer against PyTorch. */
class BertGraphTest {
  @ParameterizedTest
  @EnumSource
  void everyLayerIsPyTorchs(KernelSet set) throws Exception {
    BertConfig config = Golden.config();
    Map<String, INDArray> weights = WeightLoader.load(Golden.file("model.safetensors"), config);
    SameDiff graph = BertGraph.build(config, weights, Pooling.MEAN, true);
    Set<String> names = new LinkedHashSet<>();
    names.add("embeddings");
    for (int i = 0; i < config.layers(); i++) {
      names.add("encoder.layer." + i + ".attention.self");
      names.add("encoder.layer." + i + ".output");
    }
    Set<String> outputs = new LinkedHashSet<>(names);
    outputs.add(BertGraph.VECTORS);
    TokenBatch batch = new TokenBatch(100, config.vocabSize(), config.maxPositions());
    Kernels kernels = Kernels.open(set, 2, config.maxPositions());
    try (batch;
        kernels;
        GraphExecutor executor =
            new GraphExecutor(graph, kernels, batch.largestShapes(), outputs)) {
      Map<String, INDArray> values = executor.run(batch.pack(Golden.sequences()));
      for (String name : names) {
        float[] found = values.get(name).reshape(-1).toFloatVector();
        double error = Golden.relativeError(Golden.expected(name), found);
        assertTrue(error < 1e-5, name + ": relative error " + error);
      }
      float[] vectors = values.get(BertGraph.VECTORS).reshape(-1).toFloatVector();
      assertEquals(0, Golden.relativeError(Golden.expected("mean.normalized"), vectors), 1e-5);
    }
  }
}

package org.javatron.train;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.javatron.weights.Dtype;
import org.javatron.weights.SafetensorsFile;
import org.javatron.weights.SafetensorsWriter;
import org.nd4j.linalg.api.ndarray.INDArray;

/** AdamW's states on disk: optimizer.safetensors, under the names PyTorch gives them. */
final class OptimizerFile {
  static final String NAME = "optimizer.safetensors";

  private OptimizerFile() {}

  private static Map<String, INDArray> states(AdamW optimizer) {
    Map<String, INDArray> states = new LinkedHashMap<>();
    optimizer.means().forEach((name, array) -> states.put("exp_avg." + name, array));
    optimizer.squares().forEach((name, array) -> states.put("exp_avg_sq." + name, array));
    return states;
  }

  static void write(Path folder, AdamW optimizer) throws IOException {
    Map<String, INDArray> states = states(optimizer);
    Map<String, SafetensorsWriter.Spec> specs = new LinkedHashMap<>();
    states.forEach(
        (name, array) -> specs.put(name, new SafetensorsWriter.Spec(Dtype.F32, array.shape())));
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(folder.resolve(NAME), specs, Map.of())) {
      for (Map.Entry<String, INDArray> state : states.entrySet()) {
        writer.write(state.getKey(), Cut.memory(state.getValue()));
      }
      writer.commit();
    }
  }

  static void read(Path folder, AdamW optimizer) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(NAME))) {
      for (Map.Entry<String, INDArray> state : states(optimizer).entrySet()) {
        FloatBuffer memory = Cut.memory(state.getValue());
        file.read(state.getKey(), memory);
      }
    }
  }
}

package org.javatron.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.javatron.model.TrainableEncoder;
import org.javatron.weights.Dtype;
import org.javatron.weights.SafetensorsFile;
import org.javatron.weights.SafetensorsWriter;

/** AdamW's states on disk: optimizer.safetensors, under the names PyTorch gives them. */
final class OptimizerFile {
  static final String NAME = "optimizer.safetensors";
  private static final String MEAN = "exp_avg.";
  private static final String SQUARE = "exp_avg_sq.";

  private OptimizerFile() {}

  static void write(Path folder, EncoderPair pair) throws IOException {
    Map<String, SafetensorsWriter.Spec> specs = new LinkedHashMap<>();
    for (String state : new String[] {MEAN, SQUARE}) {
      pair.byPrefix()
          .forEach(
              (prefix, encoder) -> {
                for (String name : encoder.parameters()) {
                  long[] shape = encoder.shape(name);
                  specs.put(state + prefix + name, new SafetensorsWriter.Spec(Dtype.F32, shape));
                }
              });
    }
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(folder.resolve(NAME), specs, Map.of())) {
      for (String state : new String[] {MEAN, SQUARE}) {
        for (Map.Entry<String, TrainableEncoder> each : pair.byPrefix().entrySet()) {
          TrainableEncoder encoder = each.getValue();
          for (String name : encoder.parameters()) {
            FloatBuffer values =
                state.equals(MEAN) ? encoder.gradientMean(name) : encoder.gradientSquare(name);
            writer.write(state + each.getKey() + name, values);
          }
        }
      }
      writer.commit();
    }
  }

  static void read(Path folder, EncoderPair pair) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(NAME))) {
      for (Map.Entry<String, TrainableEncoder> each : pair.byPrefix().entrySet()) {
        TrainableEncoder encoder = each.getValue();
        for (String name : encoder.parameters()) {
          int length = 1;
          for (long dimension : encoder.shape(name)) {
            length = Math.multiplyExact(length, (int) dimension);
          }
          FloatBuffer mean = floats(length);
          FloatBuffer square = floats(length);
          file.read(MEAN + each.getKey() + name, mean);
          file.read(SQUARE + each.getKey() + name, square);
          encoder.setOptimizerStates(name, mean.rewind(), square.rewind());
        }
      }
    }
  }

  private static FloatBuffer floats(int length) {
    return ByteBuffer.allocateDirect(length * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }
}

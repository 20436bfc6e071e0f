package org.javatron.benchmarks;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.javatron.weights.BertConfig;
import org.javatron.weights.Dtype;
import org.javatron.weights.ModelManifest;
import org.javatron.weights.Pooling;
import org.javatron.weights.Provenance;
import org.javatron.weights.SafetensorsWriter;

/** Model directories with seeded random weights: speed does not ask what the weights are. */
final class RandomBert {
  /** The shape of bert-base-uncased and coCondenser. */
  static final BertConfig BASE =
      new BertConfig(30522, 768, 12, 12, 3072, 512, 2, 1e-12, 0.1, 0.1, 0.02);

  /** The shape of all-MiniLM-L6-v2. */
  static final BertConfig MINI_LM =
      new BertConfig(30522, 384, 6, 12, 1536, 512, 2, 1e-12, 0.1, 0.1, 0.02);

  private RandomBert() {}

  /** Useful work of encoding a sequence: multiplications and additions of the matrix products. */
  static double flops(BertConfig config, int length) {
    double h = config.hiddenSize();
    double perToken = 2 * (4 * h * h + 2 * h * config.intermediateSize()) + 4 * h * length;
    return config.layers() * perToken * length;
  }

  /** Writes a model directory, unless it is there. */
  static Path make(Path directory, BertConfig config) throws IOException {
    if (Files.exists(directory.resolve(ModelManifest.FILE_NAME))) {
      return directory;
    }
    Files.createDirectories(directory);
    Files.writeString(
        directory.resolve("config.json"),
        String.format(
            Locale.ROOT,
            "{\"model_type\": \"bert\", \"vocab_size\": %d, \"hidden_size\": %d,"
                + " \"num_hidden_layers\": %d, \"num_attention_heads\": %d,"
                + " \"intermediate_size\": %d}",
            config.vocabSize(),
            config.hiddenSize(),
            config.layers(),
            config.heads(),
            config.intermediateSize()));
    Map<String, SafetensorsWriter.Spec> tensors = new LinkedHashMap<>();
    config
        .tensorShapes()
        .forEach((name, shape) -> tensors.put(name, new SafetensorsWriter.Spec(Dtype.F32, shape)));
    Random random = new Random(1);
    Path weights = directory.resolve("model.safetensors");
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(weights, tensors, Map.of("format", "pt"))) {
      for (Map.Entry<String, SafetensorsWriter.Spec> tensor : tensors.entrySet()) {
        long[] shape = tensor.getValue().shape();
        float[] row = new float[(int) shape[shape.length - 1]];
        boolean scale = tensor.getKey().endsWith("LayerNorm.weight");
        for (long r = 0; r < (shape.length == 1 ? 1 : shape[0]); r++) {
          for (int i = 0; i < row.length; i++) {
            row[i] = scale ? 1 : (float) (random.nextGaussian() * config.initializerRange());
          }
          writer.write(tensor.getKey(), FloatBuffer.wrap(row));
        }
      }
      writer.commit();
    }
    Provenance provenance = new Provenance("random", null, "seed 1", null, "benchmark");
    new ModelManifest(Pooling.MEAN, true, 32, 128, " ", "0".repeat(64), provenance)
        .write(directory);
    return directory;
  }
}

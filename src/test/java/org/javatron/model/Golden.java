package org.javatron.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.javatron.weights.BertConfig;
import org.javatron.weights.ModelManifest;
import org.javatron.weights.Pooling;
import org.javatron.weights.Provenance;
import org.javatron.weights.SafetensorsFile;

/** What PyTorch computed: the golden tiny BERT with random weights, or a peer's output file. */
final class Golden {
  private Golden() {}

  static Path file(String name) {
    try {
      return Path.of(Golden.class.getResource("/golden/bert/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static BertConfig config() throws IOException {
    return BertConfig.read(file("config.json"));
  }

  /** A tensor of what PyTorch computed with the tiny BERT, as a flat array. */
  static float[] expected(String name) {
    return tensor(file("expected.safetensors"), name);
  }

  /** The token ids the tiny BERT was given. */
  static List<int[]> sequences() {
    return sequences(file("expected.safetensors"));
  }

  static float[] tensor(Path file, String name) {
    try (SafetensorsFile source = SafetensorsFile.open(file)) {
      float[] values = new float[(int) source.tensor(name).elements()];
      source.read(name, FloatBuffer.wrap(values));
      return values;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Cuts the tensor {@code ids} by the tensor {@code lengths}. */
  static List<int[]> sequences(Path file) {
    float[] ids = tensor(file, "ids");
    List<int[]> sequences = new ArrayList<>();
    int from = 0;
    for (float length : tensor(file, "lengths")) {
      int[] sequence = new int[(int) length];
      for (int i = 0; i < sequence.length; i++) {
        sequence[i] = (int) ids[from + i];
      }
      sequences.add(sequence);
      from += sequence.length;
    }
    return sequences;
  }

  /** Makes a model directory of it. */
  static Path directory(Path directory, Pooling pooling, boolean normalize) throws IOException {
    Files.createDirectories(directory);
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(file(name), directory.resolve(name));
    }
    manifest(directory, pooling, normalize);
    return directory;
  }

  static void manifest(Path directory, Pooling pooling, boolean normalize) throws IOException {
    Provenance provenance = new Provenance("test", null, "safetensors", null, "test");
    new ModelManifest(pooling, normalize, 32, 64, " ", "0".repeat(64), provenance).write(directory);
  }

  /** The greatest difference, as a share of the greatest expected value. */
  static double relativeError(float[] expected, float[] found) {
    double error = maxDifference(expected, found);
    double scale = 0;
    for (float value : expected) {
      scale = Math.max(scale, Math.abs(value));
    }
    return error / scale;
  }

  /** The greatest difference; NaN if there is one. */
  static double maxDifference(float[] expected, float[] found) {
    if (expected.length != found.length) {
      throw new AssertionError("expected " + expected.length + " values, found " + found.length);
    }
    double error = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) expected[i] - found[i]);
      error = Double.isNaN(difference) ? difference : Math.max(error, difference);
    }
    return error;
  }

  static float[] encode(Encoder encoder, List<int[]> sequences) {
    float[] out = new float[sequences.size() * encoder.dim()];
    Arrays.fill(out, Float.NaN);
    encoder.encode(sequences, out, 0);
    return out;
  }
}

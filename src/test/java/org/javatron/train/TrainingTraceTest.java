package org.javatron.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.javatron.kernels.Device;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.model.TrainableOptions;
import org.javatron.testing.Peers;
import org.javatron.weights.ModelManifest;
import org.javatron.weights.Pooling;
import org.javatron.weights.Provenance;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 100 steps beside PyTorch in float64: loss, rate, gradient norm and the weights at the end. */
class TrainingTraceTest {
  private static final Path GOLDEN = Peers.root().resolve("src/test/resources/golden");

  @TempDir Path folder;

  @Test
  void theTrainingIsPyTorchs() throws IOException {
    compare(new KernelSettings(KernelSet.CPU, 2));
  }

  @Test
  @Tag("gpu-nd4j")
  void onAGpuByNd4jToo() throws IOException {
    assertEquals(Device.CUDA, Device.ofNd4j());
    compare(new KernelSettings(KernelSet.REFERENCE, 1));
  }

  @Test
  @Tag("gpu")
  void onAGpuToo() throws IOException {
    compare(new KernelSettings(KernelSet.CUDA, 1));
  }

  private void compare(KernelSettings kernels) throws IOException {
    JsonNode request = read("request.json");
    JsonNode expected = read("expected.json");
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(GOLDEN.resolve("bert/" + name), folder.resolve(name));
    }
    Provenance test = new Provenance("test", null, "safetensors", null, "test");
    new ModelManifest(Pooling.CLS, false, 32, 64, " ", "0".repeat(64), test).write(folder);

    StepShape shape = new StepShape(3, 2, 20, 20, 0, 0);
    TrainableOptions options =
        new TrainableOptions(kernels, shape.maxTokens(), shape.maxSequences(), null, null, 0.0);
    int total = request.get("steps").intValue();
    LinearSchedule schedule =
        new LinearSchedule(
            request.get("learning_rate").doubleValue(),
            request.get("warmup_steps").longValue(),
            total);
    List<double[]> trace = new ArrayList<>();
    try (EncoderPair pair = EncoderPair.open(folder, false, options);
        ContrastiveStep step =
            new ContrastiveStep(pair.query(), pair.passage(), shape, 1, kernels)) {
      AdamW optimizer =
          new AdamW(
              new AdamW.Constants(0.9, 0.999, 1e-8, request.get("weight_decay").doubleValue()));
      for (int k = 0; k < total; k++) {
        JsonNode batch = request.get("batches").get(k % request.get("batches").size());
        pair.zeroGradients();
        double loss =
            step.run(
                texts(batch.get("queries")),
                texts(batch.get("passages")),
                new long[3],
                new long[6],
                1);
        double norm = pair.gradientNorm();
        optimizer.step(pair, schedule.rate(k), AdamW.clip(norm, 1));
        trace.add(new double[] {loss, schedule.rate(k), norm});
      }
      compare(expected, trace);
      for (Map.Entry<String, JsonNode> norm : expected.get("norms").properties()) {
        String name = norm.getKey();
        if (pair.query().parameters().contains(name)) { // query, key and value are stacked here
          double expectedNorm = norm.getValue().doubleValue();
          assertEquals(expectedNorm, norm(pair.query().weight(name)), 2e-2 * expectedNorm, name);
        }
      }
    }
  }

  private static double norm(FloatBuffer values) {
    double squares = 0;
    for (int i = 0; i < values.capacity(); i++) {
      squares += (double) values.get(i) * values.get(i);
    }
    return Math.sqrt(squares);
  }

  private static void compare(JsonNode expected, List<double[]> trace) {
    for (int k = 0; k < trace.size(); k++) {
      JsonNode step = expected.get("steps").get(k);
      double loss = step.get("loss").doubleValue();
      // Rounding to float32 grows from step to step: chaos, not error.
      double tolerance = k < 10 ? 1e-4 : 1e-2;
      assertEquals(loss, trace.get(k)[0], tolerance * Math.max(loss, 1), "loss of step " + k);
      assertEquals(step.get("learning_rate").doubleValue(), trace.get(k)[1], 1e-15);
      if (k < 10) {
        double norm = step.get("grad_norm").doubleValue();
        assertEquals(norm, trace.get(k)[2], 1e-3 * norm, "gradient norm of step " + k);
      }
    }
    // What a mistake would look like.
    expected
        .get("wrong_losses")
        .properties()
        .forEach(
            wrong -> {
              double most = 0;
              for (int k = 0; k < 10; k++) {
                double loss = trace.get(k)[0];
                most = Math.max(most, Math.abs(wrong.getValue().get(k).doubleValue() / loss - 1));
              }
              assertTrue(most > 1e-3, wrong.getKey() + " differs by " + most);
            });
  }

  private static List<int[]> texts(JsonNode texts) {
    List<int[]> all = new ArrayList<>();
    for (JsonNode text : texts) {
      int[] ids = new int[text.size()];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = text.get(i).intValue();
      }
      all.add(ids);
    }
    return all;
  }

  private static JsonNode read(String name) throws IOException {
    return new ObjectMapper().readTree(GOLDEN.resolve("training-trace/" + name).toFile());
  }
}

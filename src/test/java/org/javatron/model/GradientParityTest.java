package org.javatron.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.testing.Peers;
import org.javatron.testing.SharedData;
import org.javatron.weights.BertConfig;
import org.javatron.weights.Pooling;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The loss's gradient with respect to every parameter, against PyTorch's autograd: the greatest
 * difference of a tensor as a share of its greatest value.
 */
class GradientParityTest {
  /** The greatest seen was 2.4e-6, in MiniLM; float32 itself rounds by 6e-8. */
  private static final double LIMIT = 1e-5;

  @TempDir Path temporary;

  @ParameterizedTest
  @EnumSource(names = {"REFERENCE", "CPU"})
  void cls(KernelSet kernels) throws Exception {
    Path model = Golden.directory(temporary.resolve("cls"), Pooling.CLS, false);
    check(model, Golden.config(), kernels, batch("batch.json"), 1, golden("cls.safetensors"));
  }

  @ParameterizedTest
  @EnumSource(names = {"REFERENCE", "CPU"})
  void meanNormalizedWithTemperature(KernelSet kernels) throws Exception {
    Path model = Golden.directory(temporary.resolve("mean"), Pooling.MEAN, true);
    check(model, Golden.config(), kernels, batch("batch.json"), 0.05, golden("mean.safetensors"));
  }

  /** A real model and real texts; the peer computes in float64, so all of the error is ours. */
  @Test
  @Tag("peers")
  @Tag("real-data")
  void miniLm() throws Exception {
    miniLm(KernelSet.CPU);
  }

  @Test
  @Tag("gpu")
  @Tag("peers")
  @Tag("real-data")
  void miniLmOnAGpu() throws Exception {
    miniLm(KernelSet.CUDA);
  }

  private void miniLm(KernelSet kernels) throws Exception {
    Path model = temporary.resolve("model");
    Files.createDirectories(model);
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(Peers.miniLm().resolve(name), model.resolve(name));
    }
    Golden.manifest(model, Pooling.MEAN, true);
    Path texts = temporary.resolve("texts.safetensors");
    Peers.run(
        "src/test/python/minilm_peer.py",
        Peers.miniLm(),
        SharedData.path("boolq-marco"),
        24,
        texts);
    List<int[]> sequences = new ArrayList<>(Golden.sequences(texts));
    sequences.replaceAll(text -> Arrays.copyOf(text, Math.min(text.length, 64)));
    ObjectNode request = new ObjectMapper().createObjectNode();
    add(request.putArray("queries"), sequences.subList(0, 6));
    add(request.putArray("passages"), sequences.subList(6, 24));
    request.put("pooling", "mean").put("normalize", true).put("temperature", 0.05);
    request.put("dtype", "float64");
    Path file = temporary.resolve("request.json");
    Files.writeString(file, request.toString());
    Path expected = temporary.resolve("expected.safetensors");
    Peers.run("src/test/python/minilm_gradients.py", Peers.miniLm(), file, expected);
    BertConfig config = BertConfig.read(model.resolve("config.json"));
    check(model, config, kernels, request, 0.05, expected);
  }

  private static void add(ArrayNode to, List<int[]> sequences) {
    for (int[] sequence : sequences) {
      ArrayNode ids = to.addArray();
      Arrays.stream(sequence).forEach(ids::add);
    }
  }

  private static Path golden(String name) throws Exception {
    return Path.of(GradientParityTest.class.getResource("/golden/gradients/" + name).toURI());
  }

  private static JsonNode batch(String name) throws Exception {
    return new ObjectMapper().readTree(golden(name).toFile());
  }

  private static List<int[]> sequences(JsonNode texts) {
    List<int[]> sequences = new ArrayList<>();
    for (JsonNode text : texts) {
      int[] ids = new int[text.size()];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = text.get(i).intValue();
      }
      sequences.add(ids);
    }
    return sequences;
  }

  private static void check(
      Path model,
      BertConfig config,
      KernelSet kernels,
      JsonNode batch,
      double temperature,
      Path expected)
      throws Exception {
    List<int[]> texts = new ArrayList<>(sequences(batch.get("queries")));
    int queries = texts.size();
    texts.addAll(sequences(batch.get("passages")));
    int tokens = texts.stream().mapToInt(text -> text.length).sum();
    KernelSettings settings = new KernelSettings(kernels, 2);
    TrainableOptions options =
        new TrainableOptions(settings, tokens, texts.size(), null, null, 0.0);
    int dim = config.hiddenSize();
    try (TrainableEncoder encoder = TrainableEncoder.open(model, options);
        ContrastiveObjective objective =
            new ContrastiveObjective(queries, texts.size() - queries, dim, temperature, settings)) {
      float[] vectors = new float[texts.size() * dim];
      float[] dVectors = new float[vectors.length];
      encoder.forward(texts, new long[texts.size()], vectors, 0);
      double loss = objective.run(vectors, queries, dVectors);
      encoder.backward(dVectors, 0);
      double expectedLoss = Golden.tensor(expected, "loss")[0];
      assertEquals(expectedLoss, loss, LIMIT * Math.abs(expectedLoss));
      WeightLoader.variables(config)
          .forEach((variable, tensors) -> compare(encoder.gradient(variable), tensors, expected));
    }
  }

  private static void compare(FloatBuffer found, List<String> tensors, Path expected) {
    float[] all = new float[found.capacity()];
    found.get(0, all);
    int part = all.length / tensors.size();
    for (int i = 0; i < tensors.size(); i++) {
      String tensor = tensors.get(i);
      float[] mine = Arrays.copyOfRange(all, i * part, (i + 1) * part);
      float[] theirs = Golden.tensor(expected, "gradient." + tensor);
      double difference = Golden.maxDifference(theirs, mine);
      // A bias of the keys changes no softmax: its gradient is 0 but for rounding, on both sides.
      // It is held against the gradient of the queries' bias.
      String scaleOf = tensor.replace("key.bias", "query.bias");
      double scale = 0;
      for (float value : Golden.tensor(expected, "gradient." + scaleOf)) {
        scale = Math.max(scale, Math.abs(value));
      }
      assertTrue(scale > 0, tensor + " has a gradient");
      double error = difference / scale;
      assertTrue(error < LIMIT, tensor + ": relative error " + error);
    }
  }
}

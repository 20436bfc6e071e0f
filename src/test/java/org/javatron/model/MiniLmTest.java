package org.javatron.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.javatron.kernels.Bf16Kernels;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.kernels.Precision;
import org.javatron.testing.Peers;
import org.javatron.testing.SharedData;
import org.javatron.weights.Pooling;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real checkpoint on real texts of mixed length, against sentence-transformers run live. */
@Tag("peers")
@Tag("real-data")
class MiniLmTest {
  private static final int TEXTS = 1000;

  @TempDir static Path temporary;
  private static Path peer;
  private static List<int[]> sequences;

  @BeforeAll
  static void encodeWithThePeer() throws IOException {
    peer = temporary.resolve("peer.safetensors");
    Path data = SharedData.path("boolq-marco");
    Peers.run("src/test/python/minilm_peer.py", Peers.miniLm(), data, TEXTS, peer);
    sequences = Golden.sequences(peer);
    assertEquals(TEXTS, sequences.size());
  }

  private static Encoder open(Pooling pooling, boolean normalize, KernelSet kernels)
      throws IOException {
    return open(pooling, normalize, new EncoderOptions(2, 2048, kernels));
  }

  private static Encoder open(Pooling pooling, boolean normalize, EncoderOptions options)
      throws IOException {
    return Encoder.open(directory(pooling, normalize), Encoder.Side.PASSAGE, options);
  }

  private static Path directory(Pooling pooling, boolean normalize) throws IOException {
    Path directory = Files.createTempDirectory(temporary, "minilm");
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(Peers.miniLm().resolve(name), directory.resolve(name));
    }
    Golden.manifest(directory, pooling, normalize);
    return directory;
  }

  /** Encodes in the given order, batches filled as they come; rows return in the texts' order. */
  private static float[] encode(Encoder encoder, List<Integer> order, int tokensPerBatch) {
    int dim = encoder.dim();
    float[] all = new float[order.size() * dim];
    List<Integer> batch = new ArrayList<>();
    int tokens = 0;
    for (int i = 0; i <= order.size(); i++) {
      int length = i < order.size() ? sequences.get(order.get(i)).length : Integer.MAX_VALUE / 2;
      if (!batch.isEmpty() && tokens + length > tokensPerBatch) {
        float[] out = Golden.encode(encoder, batch.stream().map(sequences::get).toList());
        for (int row = 0; row < batch.size(); row++) {
          System.arraycopy(out, row * dim, all, batch.get(row) * dim, dim);
        }
        batch.clear();
        tokens = 0;
      }
      if (i < order.size()) {
        batch.add(order.get(i));
        tokens += length;
      }
    }
    return all;
  }

  /** What bfloat16 costs, on any processor: with products in plain Java, hence 40 texts. */
  @Test
  void inBf16ByTheReferenceTheyPointTheSameWay() throws IOException {
    EncoderOptions options = new EncoderOptions(2, 2048, KernelSet.CPU);
    try (Encoder encoder =
        Encoder.open(
            directory(Pooling.MEAN, true),
            Encoder.Side.PASSAGE,
            options,
            longest -> Bf16Kernels.withReferenceProducts(2, longest))) {
      float[] found = encode(encoder, order(40), 2048);
      float[] expected = Arrays.copyOf(Golden.tensor(peer, "mean"), found.length);
      double least = leastCosine(expected, found, encoder.dim());
      System.out.printf("MiniLM in bf16 by plain Java: least cosine %.7f%n", least);
      assertTrue(least >= 0.9999, "" + least);
    }
  }

  /** Also on a CPU, if it has the instructions; if not, it is said. */
  @Test
  void inBf16TheyPointTheSameWay() throws IOException {
    EncoderOptions bf16 =
        new EncoderOptions(2048, new KernelSettings(KernelSet.CPU, Precision.BF16, 2));
    if (!Bf16Kernels.processorHasThem()) {
      assertThrows(IllegalArgumentException.class, () -> open(Pooling.MEAN, true, bf16));
      return;
    }
    try (Encoder encoder = open(Pooling.MEAN, true, bf16)) {
      float[] found = encode(encoder, order(TEXTS), 2048);
      double least = leastCosine(Golden.tensor(peer, "mean"), found, encoder.dim());
      System.out.printf("MiniLM on a CPU in bf16: least cosine %.7f%n", least);
      assertTrue(least >= 0.9999, "" + least);
    }
  }

  private static List<Integer> order(int count) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      order.add(i);
    }
    return order;
  }

  @Test
  void aThousandTextsAreSentenceTransformers() throws IOException {
    try (Encoder encoder = open(Pooling.MEAN, true, KernelSet.CPU)) {
      float[] found = encode(encoder, order(TEXTS), 2048);
      double difference = Golden.maxDifference(Golden.tensor(peer, "mean"), found);
      System.out.printf("MiniLM, %d texts: max abs difference %.2e%n", TEXTS, difference);
      assertTrue(difference < 5e-5, "max abs difference " + difference);
    }
  }

  /** Also what 16 bits cost on a real model: 8 bits of mantissa, or 11. */
  @Test
  @Tag("gpu")
  void aGpuGivesThemToo() throws IOException {
    for (Precision precision : Precision.values()) {
      KernelSettings kernels = new KernelSettings(KernelSet.CUDA, precision, 1);
      try (Encoder encoder = open(Pooling.MEAN, true, new EncoderOptions(2048, kernels))) {
        float[] found = encode(encoder, order(TEXTS), 2048);
        float[] expected = Golden.tensor(peer, "mean");
        double difference = Golden.maxDifference(expected, found);
        double least = leastCosine(expected, found, encoder.dim());
        System.out.printf(
            "MiniLM on a GPU in %s: max abs difference %.2e, least cosine %.7f%n",
            precision, difference, least);
        assertTrue(difference < (precision == Precision.FP32 ? 5e-5 : 2e-2), "" + difference);
        assertTrue(least > (precision == Precision.FP32 ? 0.999999 : 0.9995), "" + least);
      }
    }
  }

  static double leastCosine(float[] a, float[] b, int dim) {
    double least = 1;
    for (int row = 0; row < a.length; row += dim) {
      double dot = 0;
      double lengths = 0;
      double others = 0;
      for (int i = row; i < row + dim; i++) {
        dot += (double) a[i] * b[i];
        lengths += (double) a[i] * a[i];
        others += (double) b[i] * b[i];
      }
      least = Math.min(least, dot / Math.sqrt(lengths * others));
    }
    return least;
  }

  @Test
  void batchAndOrderChangeNothing() throws IOException {
    try (Encoder encoder = open(Pooling.MEAN, true, KernelSet.CPU)) {
      // 300 texts, for each alone costs more than in batches.
      float[] asTheyCome = encode(encoder, order(300), 2048);
      List<Integer> shuffled = order(300);
      Collections.shuffle(shuffled, new Random(1));
      double order = Golden.maxDifference(asTheyCome, encode(encoder, shuffled, 1500));
      double alone = Golden.maxDifference(asTheyCome, encode(encoder, order(300), 1));
      System.out.printf("MiniLM: shuffled %.2e, each alone %.2e%n", order, alone);
      assertTrue(order < 1e-6, "shuffled: " + order);
      assertTrue(alone < 1e-6, "each alone: " + alone);
    }
  }

  @Test
  void clsIsTransformers() throws IOException {
    float[] expected = Golden.tensor(peer, "cls");
    try (Encoder encoder = open(Pooling.CLS, false, KernelSet.CPU)) {
      float[] found = encode(encoder, order(expected.length / encoder.dim()), 2048);
      assertEquals(0, Golden.relativeError(expected, found), 1e-5);
    }
  }

  @Test
  void theReferenceKernelsAgree() throws IOException {
    try (Encoder encoder = open(Pooling.MEAN, true, KernelSet.REFERENCE)) {
      float[] found = encode(encoder, order(60), 1024);
      float[] expected = Arrays.copyOf(Golden.tensor(peer, "mean"), found.length);
      double difference = Golden.maxDifference(expected, found);
      assertTrue(difference < 5e-5, "max abs difference " + difference);
    }
  }
}

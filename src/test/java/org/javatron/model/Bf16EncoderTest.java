package org.javatron.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.javatron.kernels.Bf16Kernels;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.kernels.Precision;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Test;

/** The bundled model in bfloat16 on a CPU, beside float32. */
class Bf16EncoderTest {
  private static final Path MODEL = Peers.root().resolve("docs/model");
  private static final EncoderOptions FP32 = new EncoderOptions(2, 600, KernelSet.CPU);

  private static List<int[]> sequences(Encoder encoder) {
    Random random = new Random(5);
    List<int[]> sequences = new ArrayList<>();
    for (int length : new int[] {3, 12, 40, 100, 128, 7, 64, 33, 90, 20}) {
      sequences.add(random.ints(length, 5, encoder.config().vocabSize()).toArray());
    }
    return sequences;
  }

  private static void pointTheSameWay(float[] expected, float[] found, int dim) {
    double least = MiniLmTest.leastCosine(expected, found, dim);
    System.out.printf("the bundled model in bf16: least cosine %.7f%n", least);
    assertTrue(least >= 0.9999, "least cosine " + least);
    assertTrue(least < 1 - 1e-9, "it was not computed in bf16");
  }

  @Test
  void vectorsPointWhereFloat32sDo() throws Exception {
    try (Encoder plain = Encoder.open(MODEL, Encoder.Side.PASSAGE, FP32);
        Encoder bf16 =
            Encoder.open(
                MODEL,
                Encoder.Side.PASSAGE,
                FP32,
                longest -> Bf16Kernels.withReferenceProducts(2, longest))) {
      List<int[]> sequences = sequences(plain);
      float[] found = Golden.encode(bf16, sequences);
      pointTheSameWay(Golden.encode(plain, sequences), found, plain.dim());
      assertArrayEquals(found, Golden.encode(bf16, sequences), 0, "same batch, same bits");
      // Each linear weight once more, with half the bytes: query, key, value and output are 4 H²,
      // the two of the feed-forward network 2 H I.
      long hidden = plain.config().hiddenSize();
      long layer = 4 * hidden * hidden + 2 * hidden * plain.config().intermediateSize();
      assertEquals(2 * layer * plain.config().layers(), bf16.memoryBytes() - plain.memoryBytes());
    }
  }

  /** By oneDNN where the processor can; elsewhere refused, before the model is looked for. */
  @Test
  void theRealProductsToo() throws Exception {
    EncoderOptions options =
        new EncoderOptions(600, new KernelSettings(KernelSet.CPU, Precision.BF16, 2));
    if (!Bf16Kernels.processorHasThem()) {
      Path nowhere = Path.of("nowhere");
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> Encoder.open(nowhere, Encoder.Side.PASSAGE, options));
      assertTrue(e.getMessage().startsWith("--precision bf16 on a CPU needs"), e.getMessage());
      return;
    }
    try (Encoder plain = Encoder.open(MODEL, Encoder.Side.PASSAGE, FP32);
        Encoder bf16 = Encoder.open(MODEL, Encoder.Side.PASSAGE, options)) {
      List<int[]> sequences = sequences(plain);
      pointTheSameWay(Golden.encode(plain, sequences), Golden.encode(bf16, sequences), plain.dim());
    }
  }

  @Test
  void trainingIsRefused() {
    KernelSettings settings = new KernelSettings(KernelSet.CPU, Precision.BF16, 1);
    assertEquals(
        TrainableOptions.FP32_ON_A_CPU,
        assertThrows(
                IllegalArgumentException.class,
                () -> new TrainableOptions(settings, 100, 10, null, null, null))
            .getMessage());
  }
}

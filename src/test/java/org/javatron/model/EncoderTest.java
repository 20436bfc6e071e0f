package org.javatron.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.javatron.kernels.Device;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.kernels.Precision;
import org.javatron.weights.BertConfig;
import org.javatron.weights.Pooling;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EncoderTest {
  @TempDir Path temporary;

  private static EncoderOptions options(KernelSet set) {
    return new EncoderOptions(2, 100, set);
  }

  @ParameterizedTest
  @EnumSource(names = {"REFERENCE", "CPU"})
  void clsAndMeanArePyTorchs(KernelSet set) throws Exception {
    compare(options(set), 1e-5);
  }

  /** float16 has 11 bits: a rounding is up to 5e-4 of a value. */
  @Test
  void withHalfTheMemoryToo() throws Exception {
    KernelSettings half = new KernelSettings(KernelSet.REFERENCE, Precision.FP16, 1);
    compare(new EncoderOptions(100, half), 3e-3);
  }

  @Test
  void withPackedWeightsToo() throws Exception {
    compare(new EncoderOptions(2, 100, KernelSet.CPU).withPackedWeights(), 1e-5);
  }

  @Test
  void packedWeightsAreCounted() throws Exception {
    Path model = Golden.directory(temporary.resolve("m"), Pooling.CLS, false);
    EncoderOptions options = options(KernelSet.CPU);
    try (Encoder plain = Encoder.open(model, Encoder.Side.QUERY, options);
        Encoder packed = Encoder.open(model, Encoder.Side.QUERY, options.withPackedWeights())) {
      BertConfig config = packed.config();
      long h = config.hiddenSize();
      long matrices = config.layers() * (4 * h * h + 2 * h * config.intermediateSize());
      assertEquals(0, plain.heapBytes());
      assertTrue(packed.heapBytes() >= 4 * matrices, packed.heapBytes() + " bytes");
    }
  }

  @Test
  @Tag("gpu-nd4j")
  void onAGpuByNd4jToo() throws Exception {
    assertEquals(Device.CUDA, Device.ofNd4j());
    clsAndMeanArePyTorchs(KernelSet.REFERENCE);
    withHalfTheMemoryToo();
    batchAndOrderChangeNothing(KernelSet.REFERENCE);
  }

  private void compare(EncoderOptions options, double limit) throws Exception {
    for (Pooling pooling : Pooling.values()) {
      Path model = Golden.directory(Files.createTempDirectory(temporary, "model"), pooling, false);
      try (Encoder encoder = Encoder.open(model, Encoder.Side.PASSAGE, options)) {
        float[] expected = Golden.expected(pooling == Pooling.CLS ? "cls" : "mean");
        float[] found = Golden.encode(encoder, Golden.sequences());
        assertEquals(0, Golden.relativeError(expected, found), limit, pooling.name());
      }
    }
  }

  @Test
  void aBatchTooLargeForJavasBuffersIsRefused() throws Exception {
    Path model = Golden.directory(temporary.resolve("m"), Pooling.CLS, false);
    EncoderOptions huge = new EncoderOptions(1, Integer.MAX_VALUE, KernelSet.CPU);
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> Encoder.open(model, Encoder.Side.QUERY, huge))
            .getMessage();
    assertTrue(
        message.startsWith("a batch of 2147483647 tokens is too large for this model: at most "),
        message);
  }

  @Test
  void rowsGoWhereTheyAreAskedFor() throws Exception {
    Path model = Golden.directory(temporary.resolve("m"), Pooling.CLS, false);
    try (Encoder encoder = Encoder.open(model, Encoder.Side.QUERY, options(KernelSet.CPU))) {
      float[] out = new float[2 + 2 * encoder.dim() + 3];
      encoder.encode(List.of(new int[] {1, 2}, new int[] {3}), out, 2);
      assertArrayEquals(new float[] {0, 0}, new float[] {out[0], out[1]});
      float[] second = Golden.encode(encoder, List.of(new int[] {3}));
      assertEquals(second[0], out[2 + encoder.dim()], 1e-6);
      assertEquals(0, out[out.length - 3]);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"REFERENCE", "CPU"})
  void batchAndOrderChangeNothing(KernelSet set) throws Exception {
    Path model = Golden.directory(temporary.resolve("m"), Pooling.MEAN, true);
    try (Encoder encoder = Encoder.open(model, Encoder.Side.PASSAGE, options(set))) {
      List<int[]> sequences = Golden.sequences();
      float[] together = Golden.encode(encoder, sequences);
      List<int[]> reversed = new ArrayList<>(sequences);
      Collections.reverse(reversed);
      float[] backwards = Golden.encode(encoder, reversed);
      int dim = encoder.dim();
      for (int i = 0; i < sequences.size(); i++) {
        float[] row = Arrays.copyOfRange(together, i * dim, (i + 1) * dim);
        int other = sequences.size() - 1 - i;
        float[] same = Arrays.copyOfRange(backwards, other * dim, (other + 1) * dim);
        float[] alone = Golden.encode(encoder, List.of(sequences.get(i)));
        assertEquals(0, Golden.maxDifference(row, same), 1e-6);
        assertEquals(0, Golden.maxDifference(row, alone), 1e-6);
      }
      assertArrayEquals(together, Golden.encode(encoder, sequences), 0, "same batch, same bits");
    }
  }

  @Test
  void anUntiedModelHasTwoEncoders() throws Exception {
    Path model = temporary.resolve("untied");
    Golden.directory(model.resolve("query_model"), Pooling.CLS, false);
    Golden.directory(model.resolve("passage_model"), Pooling.CLS, false);
    // The passages' encoder without its last layer, so that the two differ.
    Path config = model.resolve("passage_model/config.json");
    String json = Files.readString(config);
    Files.writeString(config, json.replace("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 2"));
    Golden.manifest(model, Pooling.CLS, false);
    EncoderOptions options = options(KernelSet.CPU);
    try (Encoder queries = Encoder.open(model, Encoder.Side.QUERY, options);
        Encoder passages = Encoder.open(model, Encoder.Side.PASSAGE, options)) {
      float[] expected = Golden.expected("cls");
      List<int[]> sequences = Golden.sequences();
      assertEquals(0, Golden.relativeError(expected, Golden.encode(queries, sequences)), 1e-5);
      assertEquals(2, passages.config().layers());
      assertTrue(Golden.relativeError(expected, Golden.encode(passages, sequences)) > 0.1);
    }
  }

  @Test
  void memoryIsStatedBeforeWorkAndCountsWeightsAndActivations() throws Exception {
    Path model = Golden.directory(temporary.resolve("m"), Pooling.CLS, false);
    try (Encoder small = Encoder.open(model, Encoder.Side.QUERY, options(KernelSet.CPU));
        Encoder large =
            Encoder.open(model, Encoder.Side.QUERY, new EncoderOptions(2, 10_000, KernelSet.CPU))) {
      long weights = Files.size(model.resolve("model.safetensors"));
      assertEquals(100, small.maxTokensPerBatch());
      assertTrue(small.memoryBytes() > 0.9 * weights);
      // The widest moment of a layer holds its input, the widened 37 values and the narrow 20.
      long perToken = (large.memoryBytes() - small.memoryBytes()) / 9_900;
      assertTrue(perToken >= 4 * 77 && perToken <= 4 * 220, "bytes per token: " + perToken);
    }
  }

  @Test
  void aBatchTakesAtLeastTheLongestText() throws Exception {
    Path model = Golden.directory(temporary.resolve("m"), Pooling.CLS, false);
    EncoderOptions tiny = new EncoderOptions(1, 1, KernelSet.CPU);
    try (Encoder encoder = Encoder.open(model, Encoder.Side.QUERY, tiny)) {
      assertEquals(64, encoder.maxTokensPerBatch());
      assertEquals(64, encoder.maxPositions());
      encoder.encode(List.of(new int[64]), new float[20], 0);
    }
  }

  @Test
  void wrongTokensAreNamed() throws Exception {
    Path model = Golden.directory(temporary.resolve("m"), Pooling.CLS, false);
    try (Encoder encoder = Encoder.open(model, Encoder.Side.QUERY, options(KernelSet.CPU))) {
      int[] fine = {1, 2};
      refused(encoder, List.of(fine, new int[] {1, 101}), "sequence 1", "101", "ends at 100");
      refused(encoder, List.of(new int[] {-1}), "token id -1");
      refused(encoder, List.of(new int[0]), "has 0 tokens");
      refused(encoder, List.of(new int[65]), "has 65 tokens", "1 to 64");
      refused(encoder, List.of(new int[60], new int[41]), "at most 100 tokens, got 101");
      assertThrows(
          IndexOutOfBoundsException.class,
          () -> encoder.encode(List.of(fine), new float[encoder.dim()], 1));
      encoder.encode(List.of(), new float[0], 0);
    }
  }

  private static void refused(Encoder encoder, List<int[]> sequences, String... parts) {
    float[] out = new float[sequences.size() * encoder.dim()];
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> encoder.encode(sequences, out, 0));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
    assertArrayEquals(new float[out.length], out, "nothing is written");
  }

  @Test
  void aClosedEncoderSaysSo() throws Exception {
    Path model = Golden.directory(temporary.resolve("m"), Pooling.CLS, false);
    Encoder encoder = Encoder.open(model, Encoder.Side.QUERY, options(KernelSet.CPU));
    encoder.close();
    encoder.close();
    assertThrows(
        IllegalStateException.class,
        () -> encoder.encode(List.of(new int[] {1}), new float[20], 0));
  }

  @Test
  void optionsBelowOneAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new EncoderOptions(0, 1, KernelSet.CPU));
    assertThrows(IllegalArgumentException.class, () -> new EncoderOptions(1, 0, KernelSet.CPU));
  }
}

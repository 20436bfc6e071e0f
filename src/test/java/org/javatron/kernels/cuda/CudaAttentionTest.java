package org.javatron.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.javatron.kernels.DropoutRule;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Attention and its gradient on a GPU against plain loops in float64, over sequences that fit tiles
 * and such that do not, with and without dropout.
 */
@Tag("gpu")
class CudaAttentionTest {
  private static final int[][] LENGTHS = {
    {1}, {1, 2, 15, 16, 17}, {63, 64, 65}, {127, 128, 130, 200}, {512, 33, 257}
  };

  private static CudaDevice device;

  @BeforeAll
  static void open() {
    device = CudaDevice.open();
  }

  @AfterAll
  static void close() {
    if (device != null) {
      device.close();
    }
  }

  // Sixteen-bit probabilities and results are rounded by 2⁻⁹ (bfloat16) or 2⁻¹² of their size.
  @ParameterizedTest
  @CsvSource({
    "FLOAT32, 64, 1e-5",
    "FLOAT32, 7, 1e-5",
    "FLOAT32, 128, 1e-5",
    "BFLOAT16, 64, 1e-2",
    "BFLOAT16, 32, 1e-2",
    "BFLOAT16, 96, 1e-2",
    "FLOAT16, 64, 2e-3",
    "FLOAT16, 32, 2e-3",
    "FLOAT16, 16, 2e-3"
  })
  void theyAgreeWithLoopsInFloat64(CudaType type, int d, double allowed) {
    for (int[] lengths : LENGTHS) {
      for (double probability : new double[] {0, 0.1}) {
        check(type, lengths, 3, d, probability, allowed);
      }
    }
  }

  @Test
  void sequencesAreFoundAmongMany() {
    int[] lengths = IntStream.range(0, 2500).map(i -> i % 7 == 0 ? 66 : 1 + i % 3).toArray();
    check(CudaType.BFLOAT16, lengths, 1, 64, 0.1, 1e-2);
    check(CudaType.FLOAT32, lengths, 1, 8, 0.1, 1e-5);
  }

  @Test
  void aWiderHeadIsRefused() {
    CudaAttention attention = new CudaAttention(device, CudaType.FLOAT32);
    try (CudaArray qkv = device.allocate(CudaType.FLOAT32, 1, 3 * 129);
        CudaArray offsets = device.allocate(CudaType.INT32, 2);
        CudaArray out = device.allocate(CudaType.FLOAT32, 1, 129)) {
      DropoutRule<CudaArray> none = DropoutRule.none();
      assertThrows(CudaException.class, () -> attention.forward(qkv, offsets, 1, none, out));
    }
  }

  private static void check(
      CudaType type, int[] lengths, int heads, int d, double probability, double allowed) {
    String call = type + " " + Arrays.toString(lengths) + " d " + d + " dropout " + probability;
    int[] start = new int[lengths.length + 1];
    for (int b = 0; b < lengths.length; b++) {
      start[b + 1] = start[b] + lengths[b];
    }
    int tokens = start[lengths.length];
    int h = heads * d;
    Random random = new Random(5);
    long[] keys = random.longs(lengths.length).toArray();
    CudaAttention attention = new CudaAttention(device, type);
    try (CudaArray qkv = device.allocate(type, tokens, 3L * h);
        CudaArray dOut = device.allocate(type, tokens, h);
        CudaArray offsets = device.allocate(CudaType.INT32, start.length);
        CudaArray keysThere = device.allocate(CudaType.INT64, keys.length);
        CudaArray out = device.allocate(type, tokens, h);
        CudaArray dQkv = device.allocate(type, tokens, 3L * h)) {
      float[] x = fill(qkv, random);
      float[] g = fill(dOut, random);
      offsets.put(start, 0, start.length);
      keysThere.put(keys, 0, keys.length);
      DropoutRule<CudaArray> rule =
          probability == 0 ? DropoutRule.none() : new DropoutRule<>(probability, 3, keysThere);
      Runnable run =
          () -> {
            attention.forward(qkv, offsets, heads, rule, out);
            attention.backward(qkv, offsets, heads, rule, dOut, dQkv);
          };
      AttentionLoops expected = new AttentionLoops(x, g, start, heads, d, rule, keys);
      float[][] found = run(run, out, dQkv);
      agree(expected.out, found[0], allowed, call);
      agree(expected.dQkv, found[1], allowed, call + ", gradient");
      float[][] again = run(run, out, dQkv);
      assertArrayEquals(found[0], again[0], call);
      assertArrayEquals(found[1], again[1], call);
    } finally {
      attention.close();
    }
  }

  /** Random values, as the array has rounded them. */
  private static float[] fill(CudaArray array, Random random) {
    float[] values = new float[(int) array.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (1.5 * random.nextGaussian());
    }
    array.put(values, 0, values.length);
    array.get(values, 0, values.length);
    return values;
  }

  private static float[][] run(Runnable run, CudaArray... results) {
    for (CudaArray result : results) {
      result.fill(0xFF); // NaN in every type
    }
    run.run();
    return Arrays.stream(results)
        .map(
            result -> {
              float[] values = new float[(int) result.length()];
              result.get(values, 0, values.length);
              return values;
            })
        .toArray(float[][]::new);
  }

  private static void agree(double[] expected, float[] found, double allowed, String call) {
    double off = 0;
    double size = 0;
    for (int i = 0; i < expected.length; i++) {
      off += (expected[i] - found[i]) * (expected[i] - found[i]);
      size += expected[i] * expected[i];
    }
    // Written so that NaN fails.
    assertTrue(off <= allowed * allowed * size, call + ": " + Math.sqrt(off / size));
  }
}

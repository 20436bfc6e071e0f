package org.javatron.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Linear layers in bfloat16 with products in plain Java, against sums in float64. */
class Bf16LinearTest {
  private final Random random = new Random(1);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void onlyTheRoundingTellsThemFromFloat64(int threads) {
    int[][] sizes = {{1, 1, 1}, {3, 30, 300}, {128, 17, 256}, {129, 64, 257}, {300, 20, 600}};
    try (Kernels<INDArray> kernels = Bf16Kernels.withReferenceProducts(threads, 16)) {
      for (int[] size : sizes) {
        compare(kernels, size[0], size[1], size[2]);
      }
    }
  }

  private void compare(Kernels<INDArray> kernels, int rows, int inputs, int outputs) {
    INDArray x = normal(rows, inputs);
    INDArray weight = normal(outputs, inputs);
    INDArray bias = normal(outputs);
    INDArray plain = nan(rows, outputs);
    INDArray gelu = nan(rows, outputs);
    INDArray sum = nan(rows, outputs);
    kernels.linear(x, weight, bias, plain);
    kernels.linearGelu(x, weight, bias, gelu, sum);
    assertEquals(plain, sum);
    INDArray exact = x.castTo(DataType.DOUBLE).mmul(weight.castTo(DataType.DOUBLE).transpose());
    exact.addiRowVector(bias.castTo(DataType.DOUBLE));
    INDArray reference = nan(rows, outputs);
    new Nd4jKernels().linearGelu(x, weight, bias, reference, null);
    for (int r = 0; r < rows; r++) {
      for (int o = 0; o < outputs; o++) {
        double sizes = 0;
        for (int i = 0; i < inputs; i++) {
          sizes += Math.abs((double) x.getFloat(r, i) * weight.getFloat(o, i));
        }
        // Each factor is off by 2^-8 of itself at most, so each product by 2^-7 and a little more;
        // then float32. GELU's slope is 1.13 at most.
        double limit = sizes * (0x1p-7 + 0x1p-16) + 1e-6;
        assertEquals(exact.getDouble(r, o), plain.getFloat(r, o), limit);
        assertEquals(reference.getFloat(r, o), gelu.getFloat(r, o), 1.13 * limit + 1e-6);
      }
    }
  }

  private INDArray normal(long... shape) {
    INDArray array = Nd4j.create(DataType.FLOAT, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, (float) random.nextGaussian());
    }
    return array;
  }

  private static INDArray nan(long... shape) {
    return Nd4j.valueArrayOf(shape, Float.NaN, DataType.FLOAT);
  }

  @Test
  void threadsAndOtherRowsChangeNoBit() {
    INDArray x = normal(300, 40);
    INDArray weight = normal(700, 40);
    INDArray bias = normal(700);
    float[][] found = new float[3][];
    for (int threads = 1; threads <= 3; threads++) {
      try (Kernels<INDArray> kernels = Bf16Kernels.withReferenceProducts(threads, 16)) {
        INDArray out = nan(300, 700);
        kernels.linear(x, weight, bias, out);
        found[threads - 1] = out.reshape(-1).toFloatVector();
        INDArray last = nan(1, 700);
        kernels.linear(x.getRow(299, true).dup(), weight, bias, last);
        assertEquals(out.getRow(299, true), last);
      }
    }
    assertArrayEquals(found[0], found[1], 0);
    assertArrayEquals(found[0], found[2], 0);
  }

  @ParameterizedTest
  @CsvSource({"2048,9,2,1", "20,3,2,3", "20,9,2,4", "300,9,16,9", "2048,12,16,2", "20,9,1,1"})
  void shortBatchesShareThePanelsToo(int rows, int panels, int threads, int groups) {
    assertEquals(groups, Bf16Linear.groups(rows, panels, threads));
  }

  @Test
  void packedWeightsAreCounted() {
    try (Kernels<INDArray> kernels = Bf16Kernels.withReferenceProducts(1, 16)) {
      long before = kernels.scratchBytes();
      INDArray weight = normal(30, 20);
      kernels.linearWeight(weight);
      kernels.linearWeight(weight);
      assertEquals(before + 2 * 30 * 20, kernels.scratchBytes());
    }
    try (Kernels<INDArray> kernels = new CpuKernels(1, 16)) {
      long before = kernels.scratchBytes();
      kernels.linearWeight(normal(30, 20));
      assertEquals(before, kernels.scratchBytes());
    }
  }

  @Test
  void theReferenceRoundsBothFactors() {
    float x = 1 + 0x1p-9f;
    assertEquals(1, ReferenceProducts.rounded(x));
    assertEquals(-1 - 0x1p-7f, ReferenceProducts.rounded(-1 - 0x1.1p-8f));
    assertTrue(Float.isNaN(ReferenceProducts.rounded(Float.intBitsToFloat(0x7f800001))));
    INDArray out = nan(1, 1);
    try (Kernels<INDArray> kernels = Bf16Kernels.withReferenceProducts(1, 16)) {
      INDArray weight = Nd4j.valueArrayOf(new long[] {1, 1}, 3 * x, DataType.FLOAT);
      INDArray none = Nd4j.zeros(DataType.FLOAT, 1);
      kernels.linear(Nd4j.valueArrayOf(new long[] {1, 1}, x, DataType.FLOAT), weight, none, out);
      assertEquals(3, out.getFloat(0));
    }
  }
}

package org.javatron.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.javatron.weights.Pooling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The CPU kernels against the plain ND4J calls, over sizes that fit neither vectors nor tiles. */
class KernelsTest {
  private static final int[][] LENGTHS = {{1}, {2, 1}, {17, 63, 1, 2}, {130, 5, 257}, {8, 8, 8}};

  private final Kernels<INDArray> reference = new Nd4jKernels();
  private Random random;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void bothComputeTheSame(int threads) {
    random = new Random(threads);
    try (Kernels<INDArray> cpu = new CpuKernels(threads, 300)) {
      for (int[] lengths : LENGTHS) {
        int heads = 1 + random.nextInt(5);
        int hidden = heads * (1 + random.nextInt(40));
        compare(cpu, lengths, heads, hidden);
      }
    }
  }

  private void compare(Kernels<INDArray> cpu, int[] lengths, int heads, int h) {
    int[] start = new int[lengths.length + 1];
    for (int b = 0; b < lengths.length; b++) {
      start[b + 1] = start[b] + lengths[b];
    }
    int t = start[lengths.length];
    INDArray offsets = Nd4j.createFromArray(start);
    INDArray x = normal(t, h);
    INDArray gamma = normal(h);
    INDArray beta = normal(h);
    String sizes = "T=" + t + " H=" + h + " heads=" + heads;

    int[] id = random.ints(t, 0, 50).toArray();
    INDArray ids = Nd4j.createFromArray(id);
    INDArray words = normal(50, h);
    INDArray positions = normal(300, h);
    INDArray types = normal(2, h);
    agree(
        "embeddings " + sizes,
        cpu,
        (k, out) -> k.embeddings(ids, offsets, words, positions, types, gamma, beta, 1e-12, out),
        t,
        h);

    int outputs = 1 + random.nextInt(900);
    INDArray weight = normal(outputs, h);
    INDArray bias = normal(outputs);
    agree("linear " + sizes, cpu, (k, out) -> k.linear(x, weight, bias, out), t, outputs);
    agree(
        "linearGelu " + sizes,
        cpu,
        (k, out) -> k.linearGelu(x, weight, bias, out, null),
        t,
        outputs);

    INDArray qkv = normal(t, 3 * h);
    agree(
        "attention " + sizes,
        cpu,
        (k, out) -> k.attention(qkv, offsets, heads, DropoutRule.none(), out),
        t,
        h);

    INDArray residual = normal(t, h);
    agree(
        "addLayerNorm " + sizes,
        cpu,
        (k, out) -> k.addLayerNorm(x, residual, gamma, beta, 1e-12, out),
        t,
        h);
    for (Pooling pooling : Pooling.values()) {
      agree(
          pooling + " " + sizes,
          cpu,
          (k, out) -> k.pool(x, offsets, pooling, out),
          start.length - 1,
          h);
    }
    agree("l2Normalize " + sizes, cpu, (k, out) -> k.l2Normalize(x, out), t, h);
  }

  /** Around the numbers of rows that go through a panel together. */
  @Test
  void packedWeightsAgree() {
    random = new Random(3);
    try (CpuKernels cpu = new CpuKernels(2, 64)) {
      cpu.packWeights();
      for (int k : new int[] {1, 24, 385}) {
        for (int n : new int[] {1, 15, 100}) {
          INDArray weight = normal(n, k);
          INDArray bias = normal(n);
          // Whole panels of two vectors of 4 to 16 values.
          long before = cpu.heapBytes();
          cpu.linearWeight(weight);
          assertTrue(cpu.heapBytes() - before >= 4L * n * k);
          for (int rows : new int[] {1, 4, 5, 6, 7, 8, 9, 12, 13, 32, 33}) {
            INDArray x = normal(rows, k);
            String sizes = rows + " x " + k + " by " + n;
            agree("linear " + sizes, cpu, (c, out) -> c.linear(x, weight, bias, out), rows, n);
            agree(
                "linearGelu " + sizes,
                cpu,
                (c, out) -> c.linearGelu(x, weight, bias, out, null),
                rows,
                n);
          }
        }
      }
    }
  }

  private interface Call {
    void run(Kernels<INDArray> kernels, INDArray out);
  }

  private void agree(String what, Kernels<INDArray> cpu, Call call, long... shape) {
    INDArray expected = Nd4j.valueArrayOf(shape, Float.NaN, DataType.FLOAT);
    INDArray found = Nd4j.valueArrayOf(shape, Float.NaN, DataType.FLOAT);
    call.run(reference, expected);
    call.run(cpu, found);
    float[] a = expected.reshape(-1).toFloatVector();
    float[] b = found.reshape(-1).toFloatVector();
    for (int i = 0; i < a.length; i++) {
      // Sums of some hundred terms in another order. A row of two or three values can have a
      // variance near 0, which LayerNorm divides by: hence no closer.
      assertEquals(a[i], b[i], 2e-5 * Math.max(1, Math.abs(a[i])), what + " at " + i);
    }
  }

  private INDArray normal(long... shape) {
    INDArray array = Nd4j.create(DataType.FLOAT, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, (float) random.nextGaussian());
    }
    return array;
  }

  @Test
  void theSameCallGivesTheSameBits() {
    random = new Random(9);
    INDArray x = normal(700, 96);
    INDArray weight = normal(500, 96);
    INDArray bias = normal(500);
    try (Kernels<INDArray> cpu = new CpuKernels(2, 16)) {
      INDArray first = Nd4j.create(DataType.FLOAT, 700, 500);
      INDArray second = Nd4j.create(DataType.FLOAT, 700, 500);
      cpu.linearGelu(x, weight, bias, first, null);
      for (int i = 0; i < 5; i++) {
        cpu.linearGelu(x, weight, bias, second, null);
        assertArrayEquals(first.reshape(-1).toFloatVector(), second.reshape(-1).toFloatVector(), 0);
      }
    }
  }

  @Test
  void aTransposedViewIsRefused() {
    random = new Random(9);
    INDArray x = normal(3, 4);
    try (Kernels<INDArray> cpu = new CpuKernels(1, 16)) {
      assertThrows(
          IllegalArgumentException.class,
          () -> cpu.linear(x, normal(4, 3).transpose(), normal(3), Nd4j.create(3, 3)));
    }
  }
}

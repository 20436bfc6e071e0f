package org.javatron.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.javatron.weights.Pooling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What training needs of the CPU kernels, against the plain ND4J calls, over sizes that fit neither
 * vectors nor tiles and sequences of more than one block of queries.
 */
class KernelsBackwardTest {
  private static final int VOCABULARY = 50;
  private static final int[][] LENGTHS = {
    {1}, {2}, {17}, {63}, {1, 2, 17, 63}, {130, 5, 257}, {8, 8, 8, 8, 8, 8, 8}
  };

  private final Kernels<INDArray> reference = new Nd4jKernels();
  private Random random;

  /** A call of one op that fills its outputs. */
  private interface Call {
    void run(Kernels<INDArray> kernels, INDArray[] out);
  }

  /** An op with the shapes of its outputs, and how many terms their longest sums have. */
  private record Op(String name, int terms, Call call, long[]... shapes) {
    INDArray[] run(Kernels<INDArray> kernels) {
      INDArray[] out = new INDArray[shapes.length];
      for (int i = 0; i < out.length; i++) {
        out[i] = Nd4j.valueArrayOf(shapes[i], Float.NaN, DataType.FLOAT);
      }
      call.run(kernels, out);
      return out;
    }
  }

  @Test
  void theyAgreeWithTheReference() {
    random = new Random(1);
    try (Kernels<INDArray> one = new CpuKernels(1, 300);
        Kernels<INDArray> two = new CpuKernels(2, 300);
        Kernels<INDArray> three = new CpuKernels(3, 300)) {
      List<Op> ops = new ArrayList<>();
      for (int[] lengths : LENGTHS) {
        ops.addAll(ops(lengths));
      }
      for (int[] size : new int[][] {{1, 1, 5}, {3, 2, 17}, {65, 1, 33}, {130, 9, 20}}) {
        ops.addAll(losses(size[0], size[0] * size[1], size[2]));
      }
      for (Op op : ops) {
        INDArray[] expected = op.run(reference);
        for (Kernels<INDArray> cpu : List.of(one, two, three)) {
          agree(op, expected, op.run(cpu));
        }
      }
    }
  }

  private static void agree(Op op, INDArray[] expected, INDArray[] found) {
    for (int i = 0; i < expected.length; i++) {
      // Float32 sums of n random terms are off by about √n roundings of their own size, and where
      // terms cancel, of the size of other sums of the same array.
      double allowed = 3e-7 * (3 + Math.sqrt(op.terms)) * greatest(expected[i]);
      float[] a = values(expected[i]);
      float[] b = values(found[i]);
      for (int j = 0; j < a.length; j++) {
        assertEquals(a[j], b[j], allowed, op.name + " output " + i + " at " + j);
      }
    }
  }

  private static double greatest(INDArray array) {
    double greatest = 1e-3; // gradients that are 0 on paper
    for (float value : values(array)) {
      greatest = Math.max(greatest, Math.abs(value));
    }
    return greatest;
  }

  private static float[] values(INDArray array) {
    return array.reshape(-1).toFloatVector();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void theSameCallGivesTheSameBits(int threads) {
    random = new Random(11);
    List<Op> ops = new ArrayList<>(ops(new int[] {130, 5, 257, 63}));
    ops.addAll(losses(130, 650, 40));
    try (Kernels<INDArray> cpu = new CpuKernels(threads, 300);
        Kernels<INDArray> other = new CpuKernels(threads, 400)) {
      for (Op op : ops) {
        INDArray[] first = op.run(cpu);
        for (Kernels<INDArray> kernels : List.of(cpu, other)) {
          INDArray[] again = op.run(kernels);
          for (int i = 0; i < first.length; i++) {
            assertArrayEquals(values(first[i]), values(again[i]), op.name);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 0.5})
  void dropoutIsTheReferencesToTheBit(double probability) {
    random = new Random(12);
    int[] start = starts(new int[] {1, 63, 17, 300});
    INDArray offsets = Nd4j.createFromArray(start);
    INDArray x = normal(start[4], 45);
    DropoutRule<INDArray> rule =
        new DropoutRule<>(probability, 3, Nd4j.createFromArray(1L, -2L, 3L << 40, 7L));
    INDArray expected = Nd4j.create(DataType.FLOAT, x.shape());
    INDArray found = Nd4j.create(DataType.FLOAT, x.shape());
    reference.dropout(x, offsets, rule, expected);
    try (Kernels<INDArray> cpu = new CpuKernels(2, 300)) {
      cpu.dropout(x, offsets, rule, found);
    }
    assertArrayEquals(values(expected), values(found));
  }

  @Test
  void scoresFarApartGiveAFiniteLoss() {
    INDArray queries = Nd4j.createFromArray(new float[][] {{100, 0}, {0, 100}});
    INDArray passages = Nd4j.createFromArray(new float[][] {{0, 100}, {100, 0}});
    INDArray loss = Nd4j.create(DataType.FLOAT, 1);
    try (Kernels<INDArray> cpu = new CpuKernels(1, 16)) {
      cpu.contrastiveLoss(queries, passages, 1, loss);
      assertEquals(10_000, loss.getFloat(0), 0);
      cpu.contrastiveLoss(queries, passages, -1, loss);
      assertEquals(0, loss.getFloat(0), 0);
    }
  }

  @Test
  void scratchDoesNotGrow() {
    random = new Random(13);
    try (Kernels<INDArray> cpu = new CpuKernels(2, 300)) {
      long before = cpu.scratchBytes();
      ops(new int[] {300, 300}).forEach(op -> op.run(cpu));
      assertTrue(before > 0);
      assertEquals(before, cpu.scratchBytes());
    }
  }

  private List<Op> ops(int[] lengths) {
    int[] start = starts(lengths);
    int sequences = lengths.length;
    int t = start[sequences];
    int heads = 1 + random.nextInt(5);
    int h = heads * (1 + random.nextInt(40));
    int inputs = 1 + random.nextInt(300);
    INDArray offsets = Nd4j.createFromArray(start);
    DropoutRule<INDArray> dropout =
        new DropoutRule<>(0.3, 5, Nd4j.createFromArray(keys(sequences)));
    INDArray x = normal(t, h);
    INDArray y = normal(t, h);
    INDArray z = normal(t, h);
    INDArray in = normal(t, inputs);
    INDArray weight = normal(h, inputs);
    INDArray vector = normal(h);
    INDArray qkv = normal(t, 3 * h);
    INDArray ids = Nd4j.createFromArray(random.ints(t, 0, VOCABULARY).toArray());
    INDArray words = normal(VOCABULARY, h);
    INDArray positions = normal(300, h);
    INDArray types = normal(2, h);
    double eps = 0.1; // where H is 1 or 2, a variance near 0 would magnify each rounding
    long[] tokens = {t, h};
    long[] one = {h};
    String sizes = " T=" + t + " H=" + h + " A=" + heads + " inputs=" + inputs;
    int terms = Math.max(t, Math.max(h, inputs));
    List<Op> ops = new ArrayList<>();
    ops.add(
        new Op(
            "linearGelu" + sizes,
            terms,
            (k, out) -> k.linearGelu(in, weight, vector, out[0], out[1]),
            tokens,
            tokens));
    ops.add(
        new Op(
            "linearBackward" + sizes,
            terms,
            (k, out) -> k.linearBackward(in, weight, x, out[0], out[1], out[2]),
            new long[] {t, inputs},
            new long[] {h, inputs},
            one));
    ops.add(new Op("geluBackward" + sizes, 1, (k, out) -> k.geluBackward(x, y, out[0]), tokens));
    ops.add(new Op("add" + sizes, 1, (k, out) -> k.add(x, y, out[0]), tokens));
    for (DropoutRule<INDArray> rule : List.of(DropoutRule.<INDArray>none(), dropout)) {
      String name = rule.drops() ? " with dropout" : "";
      ops.add(
          new Op(
              "attention" + name + sizes,
              terms,
              (k, out) -> k.attention(qkv, offsets, heads, rule, out[0]),
              tokens));
      ops.add(
          new Op(
              "attentionBackward" + name + sizes,
              terms,
              (k, out) -> k.attentionBackward(qkv, offsets, heads, rule, x, out[0]),
              new long[] {t, 3 * h}));
    }
    ops.add(
        new Op(
            "addLayerNormBackward" + sizes,
            terms,
            (k, out) -> k.addLayerNormBackward(x, y, vector, eps, z, out[0], out[1], out[2]),
            tokens,
            one,
            one));
    ops.add(
        new Op(
            "embeddingsBackward" + sizes,
            terms,
            (k, out) ->
                k.embeddingsBackward(
                    ids, offsets, words, positions, types, vector, eps, x, out[0], out[1], out[2],
                    out[3], out[4]),
            words.shape(),
            positions.shape(),
            types.shape(),
            one,
            one));
    INDArray dPooled = normal(sequences, h);
    for (Pooling pooling : Pooling.values()) {
      ops.add(
          new Op(
              pooling + " poolBackward" + sizes,
              1,
              (k, out) -> k.poolBackward(offsets, pooling, dPooled, out[0]),
              tokens));
    }
    ops.add(
        new Op(
            "l2NormalizeBackward" + sizes,
            h,
            (k, out) -> k.l2NormalizeBackward(x, y, out[0]),
            tokens));
    return ops;
  }

  private List<Op> losses(int queries, int passages, int h) {
    INDArray query = normal(queries, h);
    INDArray passage = normal(passages, h);
    INDArray dLoss = Nd4j.createFromArray(0.7f);
    double scale = 1 / Math.sqrt(h);
    String sizes = " Q=" + queries + " N=" + passages + " H=" + h;
    int terms = Math.max(passages, h);
    return List.of(
        new Op(
            "contrastiveLoss" + sizes,
            terms,
            (k, out) -> k.contrastiveLoss(query, passage, scale, out[0]),
            new long[] {1}),
        new Op(
            "contrastiveLossBackward" + sizes,
            terms,
            (k, out) -> k.contrastiveLossBackward(query, passage, scale, dLoss, out[0], out[1]),
            query.shape(),
            passage.shape()));
  }

  private static int[] starts(int[] lengths) {
    int[] start = new int[lengths.length + 1];
    for (int b = 0; b < lengths.length; b++) {
      start[b + 1] = start[b] + lengths[b];
    }
    return start;
  }

  private long[] keys(int count) {
    return random.longs(count).toArray();
  }

  private INDArray normal(long... shape) {
    float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Nd4j.create(values, shape, 'c');
  }
}

package org.javatron.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.javatron.kernels.AdamWStep;
import org.javatron.kernels.CpuKernels;
import org.javatron.kernels.DropoutRule;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Memory.Kind;
import org.javatron.kernels.Nd4jKernels;
import org.javatron.kernels.Precision;
import org.javatron.weights.Pooling;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Every op on the GPU against the reference in float64, over sizes that fit neither warps nor
 * blocks and sequences of 1 to 512 tokens.
 */
@Tag("gpu")
class CudaKernelsTest {
  private static final int VOCABULARY = 50;
  private static final int POSITIONS = 512;

  private static final int[][] LENGTHS = {
    {1}, {2}, {17}, {63}, {1, 2, 17, 63}, {130, 5, 257}, {8, 8, 8, 8, 8, 8, 8}, {512, 300, 188}
  };

  private static final int[] HIDDEN = {32, 64, 384, 768};

  private final Map<INDArray, Kind> kinds = new IdentityHashMap<>();
  private final Random random = new Random(1);
  private CudaKernels kernels;
  private Kernels<INDArray> gpu;
  private Precision precision;

  private void open(Precision precision) {
    this.precision = precision;
    kernels = new CudaKernels(precision);
    gpu = TranslatedKernels.of(kernels, new TranslatedKernels.ToGpu(kernels.memory()), kinds);
  }

  @AfterEach
  void close() {
    if (kernels != null) {
      kernels.close();
    }
  }

  /** A call of one op that fills its outputs. */
  private interface Call {
    void run(Kernels<INDArray> kernels, INDArray[] out);
  }

  private record Output(Kind kind, long... shape) {}

  private record Op(String name, Call call, Output... outputs) {}

  private INDArray[] run(Op op, Kernels<INDArray> on, DataType type) {
    INDArray[] out = new INDArray[op.outputs.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = Nd4j.valueArrayOf(op.outputs[i].shape, Float.NaN, type);
      kinds.put(out[i], op.outputs[i].kind);
    }
    op.call.run(on, out);
    return out;
  }

  @ParameterizedTest
  @EnumSource
  void opsAgreeWithTheReference(Precision precision) {
    open(precision);
    Kernels<INDArray> reference =
        TranslatedKernels.of(new Nd4jKernels(), new TranslatedKernels.ToDouble(), kinds);
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < LENGTHS.length; i++) {
      List<Op> ops = ops(LENGTHS[i], HIDDEN[i % HIDDEN.length]);
      ops.addAll(losses(1 + 16 * i, 1 + i % 3, HIDDEN[i % HIDDEN.length]));
      for (Op op : ops) {
        INDArray[] found = run(op, gpu, DataType.FLOAT);
        INDArray[] again = run(op, gpu, DataType.FLOAT);
        INDArray[] expected = run(op, reference, DataType.DOUBLE);
        for (int k = 0; k < found.length; k++) {
          double error = error(expected[k], found[k]);
          if (!(error < (precision == Precision.FP32 ? 1e-5 : 1e-2))) {
            wrong.add("%s output %d: relative error %.1e".formatted(op.name, k, error));
          }
          if (!Arrays.equals(values(found[k]), values(again[k]))) {
            wrong.add("%s output %d: other bits when run again".formatted(op.name, k));
          }
        }
      }
    }
    assertEquals(List.of(), wrong);
  }

  /**
   * |found - expected| / |expected|, of Frobenius norms; gradients that are 0 on paper count as
   * 1e-3.
   */
  private static double error(INDArray expected, INDArray found) {
    double distance = 0;
    double length = 0;
    double[] a = expected.reshape(-1).toDoubleVector();
    float[] b = values(found);
    for (int i = 0; i < a.length; i++) {
      distance += (b[i] - a[i]) * (b[i] - a[i]);
      length += a[i] * a[i];
    }
    return Math.sqrt(distance) / Math.max(Math.sqrt(length), 1e-3);
  }

  private static float[] values(INDArray array) {
    return array.reshape(-1).toFloatVector();
  }

  private List<Op> ops(int[] lengths, int h) {
    int[] start = starts(lengths);
    int sequences = lengths.length;
    int t = start[sequences];
    int heads = h / (h == 384 ? 32 : Math.min(h, 64));
    int inputs = 8 * (1 + random.nextInt(80));
    INDArray offsets = mark(Nd4j.createFromArray(start), Kind.INT);
    DropoutRule<INDArray> dropout =
        new DropoutRule<>(0.3, 5, Nd4j.createFromArray(random.longs(sequences).toArray()));
    INDArray x = normal(Kind.ACTIVATION, t, h);
    INDArray y = normal(Kind.ACTIVATION, t, h);
    INDArray z = normal(Kind.ACTIVATION, t, h);
    INDArray in = normal(Kind.ACTIVATION, t, inputs);
    INDArray weight = normal(Kind.FLOAT, h, inputs);
    INDArray vector = normal(Kind.FLOAT, h);
    INDArray other = normal(Kind.FLOAT, h);
    INDArray qkv = normal(Kind.ACTIVATION, t, 3 * h);
    INDArray ids = mark(Nd4j.createFromArray(ids(t)), Kind.INT);
    INDArray words = normal(Kind.FLOAT, VOCABULARY, h);
    INDArray positions = normal(Kind.FLOAT, POSITIONS, h);
    INDArray types = normal(Kind.FLOAT, 2, h);
    INDArray vectors = normal(Kind.FLOAT, sequences, h);
    INDArray dVectors = normal(Kind.FLOAT, sequences, h);
    INDArray factor = normal(Kind.FLOAT, 1);
    INDArray odd = normal(Kind.FLOAT, 8 * t + 3);
    INDArray odder = normal(Kind.FLOAT, 8 * t + 3);
    double eps = 1e-12;
    String sizes = " T=" + t + " B=" + sequences + " H=" + h + " A=" + heads + " I=" + inputs;
    Output tokens = new Output(Kind.ACTIVATION, t, h);
    Output tokensOfInputs = new Output(Kind.ACTIVATION, t, inputs);
    Output floats = new Output(Kind.FLOAT, h);
    Output texts = new Output(Kind.FLOAT, sequences, h);
    List<Op> ops = new ArrayList<>();
    ops.add(
        new Op(
            "embeddings" + sizes,
            (k, out) ->
                k.embeddings(ids, offsets, words, positions, types, vector, other, eps, out[0]),
            tokens));
    ops.add(new Op("linear" + sizes, (k, out) -> k.linear(in, weight, vector, out[0]), tokens));
    ops.add(
        new Op(
            "linearGelu for inference" + sizes,
            (k, out) -> k.linearGelu(in, weight, vector, out[0], null),
            tokens));
    ops.add(
        new Op(
            "linearGelu" + sizes,
            (k, out) -> k.linearGelu(in, weight, vector, out[0], out[1]),
            tokens,
            tokens));
    ops.add(
        new Op(
            "linearBackward" + sizes,
            (k, out) -> k.linearBackward(in, weight, x, out[0], out[1], out[2]),
            tokensOfInputs,
            new Output(Kind.FLOAT, h, inputs),
            floats));
    ops.add(new Op("geluBackward" + sizes, (k, out) -> k.geluBackward(x, y, out[0]), tokens));
    ops.add(new Op("add" + sizes, (k, out) -> k.add(x, y, out[0]), tokens));
    ops.add(
        new Op(
            "add floats" + sizes,
            (k, out) -> k.add(odd, odder, out[0]),
            new Output(Kind.FLOAT, 8 * t + 3)));
    ops.add(
        new Op(
            "scale" + sizes,
            (k, out) -> k.scale(odd, factor, out[0]),
            new Output(Kind.FLOAT, 8 * t + 3)));
    ops.add(new Op("dot" + sizes, (k, out) -> k.dot(odd, odd, out[0]), new Output(Kind.FLOAT, 1)));
    ops.add(new Op("dropout" + sizes, (k, out) -> k.dropout(x, offsets, dropout, out[0]), tokens));
    for (DropoutRule<INDArray> rule : List.of(DropoutRule.<INDArray>none(), dropout)) {
      String name = rule.drops() ? " with dropout" : "";
      ops.add(
          new Op(
              "attention" + name + sizes,
              (k, out) -> k.attention(qkv, offsets, heads, rule, out[0]),
              tokens));
      ops.add(
          new Op(
              "attentionBackward" + name + sizes,
              (k, out) -> k.attentionBackward(qkv, offsets, heads, rule, x, out[0]),
              new Output(Kind.ACTIVATION, t, 3 * h)));
    }
    ops.add(
        new Op(
            "addLayerNorm" + sizes,
            (k, out) -> k.addLayerNorm(x, y, vector, other, eps, out[0]),
            tokens));
    ops.add(
        new Op(
            "addLayerNormBackward" + sizes,
            (k, out) -> k.addLayerNormBackward(x, y, vector, eps, z, out[0], out[1], out[2]),
            tokens,
            floats,
            floats));
    ops.add(
        new Op(
            "embeddingsBackward" + sizes,
            (k, out) ->
                k.embeddingsBackward(
                    ids, offsets, words, positions, types, vector, eps, x, out[0], out[1], out[2],
                    out[3], out[4]),
            new Output(Kind.FLOAT, VOCABULARY, h),
            new Output(Kind.FLOAT, POSITIONS, h),
            new Output(Kind.FLOAT, 2, h),
            floats,
            floats));
    for (Pooling pooling : Pooling.values()) {
      ops.add(
          new Op(
              pooling + " pool" + sizes, (k, out) -> k.pool(x, offsets, pooling, out[0]), texts));
      ops.add(
          new Op(
              pooling + " poolBackward" + sizes,
              (k, out) -> k.poolBackward(offsets, pooling, dVectors, out[0]),
              tokens));
    }
    ops.add(new Op("l2Normalize" + sizes, (k, out) -> k.l2Normalize(vectors, out[0]), texts));
    ops.add(
        new Op(
            "l2NormalizeBackward" + sizes,
            (k, out) -> k.l2NormalizeBackward(vectors, dVectors, out[0]),
            texts));
    return ops;
  }

  private List<Op> losses(int queries, int group, int h) {
    INDArray query = normal(Kind.FLOAT, queries, h);
    INDArray passage = normal(Kind.FLOAT, (long) queries * group, h);
    INDArray dLoss = normal(Kind.FLOAT, 1);
    double scale = 1 / Math.sqrt(h);
    String sizes = " Q=" + queries + " N=" + queries * group + " H=" + h;
    return List.of(
        new Op(
            "contrastiveLoss" + sizes,
            (k, out) -> k.contrastiveLoss(query, passage, scale, out[0]),
            new Output(Kind.FLOAT, 1)),
        new Op(
            "contrastiveLossBackward" + sizes,
            (k, out) -> k.contrastiveLossBackward(query, passage, scale, dLoss, out[0], out[1]),
            new Output(Kind.FLOAT, queries, h),
            new Output(Kind.FLOAT, (long) queries * group, h)));
  }

  @ParameterizedTest
  @EnumSource
  void adamWGivesTheBitsOfTheCpu(Precision precision) {
    open(precision);
    AdamWStep step = new AdamWStep(0.9, 0.999, 1e-6, 0.37, 3e-3, 1e-4);
    INDArray[] cpu = new INDArray[4];
    INDArray[] here = new INDArray[4];
    for (int i = 0; i < 4; i++) {
      cpu[i] = normal(Kind.FLOAT, 1003, 7);
      if (i == 3) {
        cpu[i].muli(cpu[i]); // squares
      }
      here[i] = mark(cpu[i].dup(), Kind.FLOAT);
    }
    try (Kernels<INDArray> plain = new CpuKernels(1, 16)) {
      plain.adamW(cpu[0], cpu[1], cpu[2], cpu[3], step);
    }
    gpu.adamW(here[0], here[1], here[2], here[3], step);
    for (int i = 0; i < 4; i++) {
      assertArrayEquals(values(cpu[i]), values(here[i]));
    }
  }

  @ParameterizedTest
  @EnumSource
  void productsSeeWhatAdamWChanged(Precision precision) {
    open(precision);
    CudaMemory memory = (CudaMemory) kernels.memory();
    INDArray one = Nd4j.ones(DataType.FLOAT, 8, 8);
    CudaArray weight = memory.parameter(one);
    CudaArray bias = memory.parameter(Nd4j.zeros(DataType.FLOAT, 8));
    CudaArray zeros = memory.allocate(Kind.FLOAT, 8, 8);
    memory.zero(zeros);
    CudaArray x = memory.allocate(Kind.ACTIVATION, 8, 8);
    memory.put(x, values(one), 0, 64);
    CudaArray out = memory.allocate(Kind.ACTIVATION, 8, 8);
    float[] found = new float[64];
    for (float expected : new float[] {8, 4, 2}) {
      kernels.linear(x, weight, bias, out);
      memory.get(out, found, 0, 64);
      assertEquals(expected, found[63], 0);
      // Without a gradient only decay is left: it halves the weights.
      kernels.adamW(weight, zeros, zeros, zeros, new AdamWStep(0.9, 0.999, 1e-6, 1, 1, 0.5));
    }
    memory.set(weight, java.nio.FloatBuffer.wrap(values(one)));
    kernels.linear(x, weight, bias, out);
    memory.get(out, found, 0, 64);
    assertEquals(8, found[0], 0);
    for (CudaArray array : List.of(weight, bias, zeros, x, out)) {
      memory.free(array);
    }
  }

  @ParameterizedTest
  @EnumSource
  void squaresAddUpInDouble(Precision precision) {
    open(precision);
    List<INDArray> arrays = new ArrayList<>();
    double expected = 0;
    for (int length : new int[] {1, 7, 16385, 70000}) {
      INDArray array = normal(Kind.FLOAT, length).muli(1e25);
      arrays.add(array);
      for (float value : values(array)) {
        expected += (double) value * value;
      }
    }
    assertEquals(expected, gpu.sumOfSquares(arrays), 1e-12 * expected);
    arrays.get(2).putScalar(16384, Float.POSITIVE_INFINITY);
    assertTrue(Double.isInfinite(gpu.sumOfSquares(arrays)));
    arrays.get(3).putScalar(3, Float.NaN);
    assertTrue(Double.isNaN(gpu.sumOfSquares(arrays)));
  }

  private static int[] starts(int[] lengths) {
    int[] start = new int[lengths.length + 1];
    for (int b = 0; b < lengths.length; b++) {
      start[b + 1] = start[b] + lengths[b];
    }
    return start;
  }

  /** Half of all tokens are one word, as in texts. */
  private int[] ids(int count) {
    return random
        .ints(count, 0, 2 * VOCABULARY - 1)
        .map(id -> Math.min(id, VOCABULARY - 1))
        .toArray();
  }

  private INDArray mark(INDArray array, Kind kind) {
    kinds.put(array, kind);
    return array;
  }

  /** Activations hold what their type can hold, so that the op's own error is measured. */
  private INDArray normal(Kind kind, long... shape) {
    float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    if (kind == Kind.ACTIVATION && precision != Precision.FP32) {
      CudaArray rounded = kernels.memory().allocate(kind, values.length);
      rounded.put(values, 0, values.length);
      rounded.get(values, 0, values.length);
      rounded.close();
    }
    return mark(Nd4j.create(values, shape, 'c'), kind);
  }
}

package org.javatron.kernels;

import java.nio.IntBuffer;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.IntPointer;
import org.javatron.weights.Pooling;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The ops on a CPU: OpenBLAS for the products, {@link RowMath} for what stands between them, tiles
 * of the result spread over {@link Workers}.
 *
 * <p>BERT's time goes to a few large products, and the loops between them wait for memory more than
 * they compute. So each tile of a product gets its bias and GELU from the thread that just wrote
 * it, while it is in that core's cache; and nothing large is allocated.
 *
 * <p>In bfloat16 the products forwards are {@link Bf16Products}, by oneDNN, since ND4J and its
 * OpenBLAS have no fast ones; the rest is the same, in float32.
 *
 * <p>How the result is cut depends only on its shape and the number of threads, so the same batch
 * gives the same bits each time.
 */
public final class CpuKernels implements Kernels<INDArray> {
  private final Workers workers;
  private final CpuEmbeddings embeddings;
  private final Bf16Linear bf16;
  private final CpuLinear linear;
  private final CpuAttention attention;
  private final CpuLayerNorm layerNorm;
  private final CpuElementwise elementwise;
  private final CpuPooling pooling;
  private final CpuContrastiveLoss contrastiveLoss;
  private final CpuOptimizer optimizer;
  private final Memory<INDArray> memory = new Nd4jMemory(DataType.FLOAT);

  /**
   * Starts the threads.
   *
   * @param threads threads that compute, the caller's included; at least 1
   * @param longestSequence the most tokens of one sequence, which sizes the attention's scores
   */
  public CpuKernels(int threads, int longestSequence) {
    this(threads, longestSequence, null);
  }

  /**
   * Starts the threads.
   *
   * @param products the products forwards, closed with the kernels; null for float32
   */
  CpuKernels(int threads, int longestSequence, Bf16Products products) {
    Nd4j.factory().blas(); // starts ND4J, if nothing has
    Blas.singleThreaded();
    workers = new Workers(threads);
    CpuLoops loops = new CpuLoops(workers);
    embeddings = new CpuEmbeddings(loops);
    bf16 = products == null ? null : new Bf16Linear(loops, products);
    linear = new CpuLinear(loops, bf16);
    attention = new CpuAttention(loops, longestSequence);
    layerNorm = new CpuLayerNorm(loops);
    elementwise = new CpuElementwise(loops);
    pooling = new CpuPooling(loops);
    contrastiveLoss = new CpuContrastiveLoss(loops);
    optimizer = new CpuOptimizer(loops);
  }

  /** Opens the kernels of some settings, which this machine can run. */
  static CpuKernels open(KernelSettings settings, int longestSequence) {
    if (settings.precision() == Precision.FP32) {
      return new CpuKernels(settings.threads(), longestSequence);
    }
    return new CpuKernels(settings.threads(), longestSequence, new OneDnnProducts(dnnl.dnnl_bf16));
  }

  @Override
  public Memory<INDArray> memory() {
    return memory;
  }

  @Override
  public long scratchBytes() {
    return attention.scratchBytes()
        + contrastiveLoss.scratchBytes()
        + (bf16 == null ? 0 : bf16.bytes());
  }

  @Override
  public void packWeights() {
    linear.packWeights();
  }

  @Override
  public long heapBytes() {
    return linear.heapBytes();
  }

  @Override
  public void linearWeight(INDArray weight) {
    linear.prepare(weight);
  }

  @Override
  public void embeddings(
      INDArray ids,
      INDArray offsets,
      INDArray words,
      INDArray positions,
      INDArray types,
      INDArray gamma,
      INDArray beta,
      double eps,
      INDArray out) {
    embeddings.forward(ints(ids), ints(offsets), words, positions, types, gamma, beta, eps, out);
  }

  @Override
  public void linear(INDArray x, INDArray weight, INDArray bias, INDArray out) {
    linear.forward(x, weight, bias, out);
  }

  @Override
  public void linearGelu(INDArray x, INDArray weight, INDArray bias, INDArray out, INDArray sum) {
    linear.gelu(x, weight, bias, out, sum);
  }

  @Override
  public void attention(
      INDArray qkv, INDArray offsets, int heads, DropoutRule<INDArray> dropout, INDArray out) {
    attention.forward(qkv, ints(offsets), heads, dropout, out);
  }

  @Override
  public void addLayerNorm(
      INDArray x, INDArray residual, INDArray gamma, INDArray beta, double eps, INDArray out) {
    layerNorm.add(x, residual, gamma, beta, eps, out);
  }

  @Override
  public void pool(INDArray hidden, INDArray offsets, Pooling how, INDArray out) {
    pooling.pool(hidden, ints(offsets), how, out);
  }

  @Override
  public void l2Normalize(INDArray x, INDArray out) {
    pooling.l2Normalize(x, out);
  }

  @Override
  public void dropout(INDArray x, INDArray offsets, DropoutRule<INDArray> dropout, INDArray out) {
    elementwise.dropout(x, ints(offsets), dropout, out);
  }

  @Override
  public void add(INDArray a, INDArray b, INDArray out) {
    elementwise.add(a, b, out);
  }

  @Override
  public void embeddingsBackward(
      INDArray ids,
      INDArray offsets,
      INDArray words,
      INDArray positions,
      INDArray types,
      INDArray gamma,
      double eps,
      INDArray dOut,
      INDArray dWords,
      INDArray dPositions,
      INDArray dTypes,
      INDArray dGamma,
      INDArray dBeta) {
    embeddings.backward(
        ints(ids),
        ints(offsets),
        words,
        positions,
        types,
        gamma,
        eps,
        dOut,
        dWords,
        dPositions,
        dTypes,
        dGamma,
        dBeta);
  }

  @Override
  public void linearBackward(
      INDArray x, INDArray weight, INDArray dOut, INDArray dX, INDArray dWeight, INDArray dBias) {
    linear.backward(x, weight, dOut, dX, dWeight, dBias);
  }

  @Override
  public void geluBackward(INDArray sum, INDArray dOut, INDArray dSum) {
    elementwise.geluBackward(sum, dOut, dSum);
  }

  @Override
  public void attentionBackward(
      INDArray qkv,
      INDArray offsets,
      int heads,
      DropoutRule<INDArray> dropout,
      INDArray dOut,
      INDArray dQkv) {
    attention.backward(qkv, ints(offsets), heads, dropout, dOut, dQkv);
  }

  @Override
  public void addLayerNormBackward(
      INDArray x,
      INDArray residual,
      INDArray gamma,
      double eps,
      INDArray dOut,
      INDArray dSum,
      INDArray dGamma,
      INDArray dBeta) {
    layerNorm.backward(x, residual, gamma, eps, dOut, dSum, dGamma, dBeta);
  }

  @Override
  public void poolBackward(INDArray offsets, Pooling how, INDArray dOut, INDArray dHidden) {
    pooling.poolBackward(ints(offsets), how, dOut, dHidden);
  }

  @Override
  public void l2NormalizeBackward(INDArray x, INDArray dOut, INDArray dX) {
    pooling.l2NormalizeBackward(x, dOut, dX);
  }

  @Override
  public void contrastiveLoss(INDArray queries, INDArray passages, double scale, INDArray loss) {
    contrastiveLoss.forward(queries, passages, scale, loss);
  }

  @Override
  public void contrastiveLossBackward(
      INDArray queries,
      INDArray passages,
      double scale,
      INDArray dLoss,
      INDArray dQueries,
      INDArray dPassages) {
    contrastiveLoss.backward(queries, passages, scale, dLoss.getDouble(0), dQueries, dPassages);
  }

  @Override
  public void dot(INDArray a, INDArray b, INDArray out) {
    out.assign(a.mul(b).sum());
  }

  @Override
  public void scale(INDArray a, INDArray factor, INDArray out) {
    a.muli(factor.getFloat(0), out);
  }

  @Override
  public void adamW(
      INDArray weight, INDArray gradient, INDArray mean, INDArray square, AdamWStep step) {
    optimizer.adamW(weight, gradient, mean, square, step);
  }

  @Override
  public double sumOfSquares(List<INDArray> arrays) {
    return optimizer.sumOfSquares(arrays);
  }

  private static int[] ints(INDArray array) {
    if (array.dataType() != DataType.INT32) {
      throw new IllegalArgumentException("expected int32, got " + array.dataType());
    }
    int[] values = new int[(int) array.length()];
    IntBuffer buffer =
        new IntPointer(array.data().addressPointer()).capacity(values.length).asBuffer();
    buffer.get(values);
    return values;
  }

  @Override
  public void close() {
    workers.close();
    attention.close();
    contrastiveLoss.close();
    if (bf16 != null) {
      bf16.close();
    }
  }
}

package org.javatron.kernels.cuda;

import java.util.List;
import java.util.Optional;
import org.javatron.kernels.AdamWStep;
import org.javatron.kernels.DropoutRule;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Memory;
import org.javatron.kernels.Precision;
import org.javatron.weights.BertConfig;
import org.javatron.weights.Pooling;

/**
 * The ops on an NVIDIA GPU: cuBLASLt for the products, kernels of our own for what stands between
 * them. Parameters, activations and the optimiser's states stay on the GPU.
 *
 * <p>Calls return before the GPU has done what they ask for; only reading waits. The same calls
 * give the same bits on the same GPU: no sum depends on which block comes first. Hidden and
 * intermediate sizes must be multiples of 8.
 */
public final class CudaKernels implements Kernels<CudaArray> {
  private final CudaDevice device;
  private final CudaMemory memory;
  private final CudaLoops loops;
  private final CudaEmbeddings embeddings;
  private final CudaLinear linear;
  private final CudaAttention attention;
  private final CudaElementwise elementwise;
  private final CudaPooling pooling;
  private final CudaContrastiveLoss contrastiveLoss;
  private final CudaOptimizer optimizer;
  private final String gpu;
  private long copies;

  /**
   * Opens the first GPU and compiles the kernels for it, if that has not been done before.
   *
   * @param precision of activations and of what products multiply
   * @throws CudaException if there is no GPU to use; the message says why
   */
  public CudaKernels(Precision precision) {
    device = CudaDevice.open();
    try {
      gpu = device.describe();
      CudaType activations = type(precision);
      memory = new CudaMemory(device, activations);
      loops = new CudaLoops(device, activations);
      embeddings = new CudaEmbeddings(loops);
      linear = new CudaLinear(loops);
      attention = new CudaAttention(device, activations);
      elementwise = new CudaElementwise(loops);
      pooling = new CudaPooling(loops);
      contrastiveLoss = new CudaContrastiveLoss(loops);
      optimizer = new CudaOptimizer(loops);
    } catch (RuntimeException | Error e) {
      device.close();
      throw e;
    }
  }

  private static CudaType type(Precision precision) {
    return switch (precision) {
      case FP32 -> CudaType.FLOAT32;
      case BF16 -> CudaType.BFLOAT16;
      case FP16 -> CudaType.FLOAT16;
    };
  }

  /**
   * The GPU.
   *
   * @return closed with the kernels
   */
  public CudaDevice device() {
    return device;
  }

  @Override
  public Memory<CudaArray> memory() {
    return memory;
  }

  @Override
  public Optional<String> gpu() {
    return Optional.of(gpu);
  }

  /**
   * On the GPU the products' workspace, weights of 16 bits and what gradients need; here the
   * page-locked memory of copies. The contrastive loss's scores are not counted: who asks for it
   * knows how many there are.
   */
  @Override
  public long scratchBytes() {
    return CudaProducts.WORKSPACE_BYTES
        + CudaStaging.BYTES
        + copies
        + loops.scratch.reserved()
        + attention.scratch.reserved();
  }

  /** Products of 16 bits read a copy of the weight and of its bias. */
  @Override
  public void linearWeight(CudaArray weight) {
    CudaType type = loops.activations;
    if (type.isHalf() && weight.parameter.copyIfAny() == null) {
      weight.parameter.copy(type);
      copies += (weight.length() + weight.size(0)) * type.bytes();
    }
  }

  @Override
  public void largestPass(BertConfig config, int tokens) {
    CudaPassSizes.of(config, tokens)
        .forEach(
            (use, bytes) -> {
              boolean ofAttention = use == CudaScratch.Use.ATTENTION_ROWS;
              (ofAttention ? attention.scratch : loops.scratch).reserve(use, bytes);
            });
  }

  @Override
  public void embeddings(
      CudaArray ids,
      CudaArray offsets,
      CudaArray words,
      CudaArray positions,
      CudaArray types,
      CudaArray gamma,
      CudaArray beta,
      double eps,
      CudaArray out) {
    embeddings.forward(ids, offsets, words, positions, types, gamma, beta, eps, out);
  }

  @Override
  public void linear(CudaArray x, CudaArray weight, CudaArray bias, CudaArray out) {
    linear.forward(x, weight, bias, out);
  }

  @Override
  public void linearGelu(
      CudaArray x, CudaArray weight, CudaArray bias, CudaArray out, CudaArray sum) {
    linear.gelu(x, weight, bias, out, sum);
  }

  @Override
  public void attention(
      CudaArray qkv, CudaArray offsets, int heads, DropoutRule<CudaArray> dropout, CudaArray out) {
    attention.forward(qkv, offsets, heads, dropout, out);
  }

  @Override
  public void addLayerNorm(
      CudaArray x, CudaArray residual, CudaArray gamma, CudaArray beta, double eps, CudaArray out) {
    embeddings.addLayerNorm(x, residual, gamma, beta, eps, out);
  }

  @Override
  public void pool(CudaArray hidden, CudaArray offsets, Pooling how, CudaArray out) {
    pooling.pool(hidden, offsets, how, out);
  }

  @Override
  public void l2Normalize(CudaArray x, CudaArray out) {
    pooling.l2Normalize(x, out);
  }

  @Override
  public void dropout(
      CudaArray x, CudaArray offsets, DropoutRule<CudaArray> dropout, CudaArray out) {
    elementwise.dropout(x, offsets, dropout, out);
  }

  @Override
  public void add(CudaArray a, CudaArray b, CudaArray out) {
    elementwise.add(a, b, out);
  }

  @Override
  public void embeddingsBackward(
      CudaArray ids,
      CudaArray offsets,
      CudaArray words,
      CudaArray positions,
      CudaArray types,
      CudaArray gamma,
      double eps,
      CudaArray dOut,
      CudaArray dWords,
      CudaArray dPositions,
      CudaArray dTypes,
      CudaArray dGamma,
      CudaArray dBeta) {
    embeddings.backward(
        ids,
        offsets,
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
      CudaArray x,
      CudaArray weight,
      CudaArray dOut,
      CudaArray dX,
      CudaArray dWeight,
      CudaArray dBias) {
    linear.backward(x, weight, dOut, dX, dWeight, dBias);
  }

  @Override
  public void geluBackward(CudaArray sum, CudaArray dOut, CudaArray dSum) {
    linear.geluBackward(sum, dOut, dSum);
  }

  @Override
  public void attentionBackward(
      CudaArray qkv,
      CudaArray offsets,
      int heads,
      DropoutRule<CudaArray> dropout,
      CudaArray dOut,
      CudaArray dQkv) {
    attention.backward(qkv, offsets, heads, dropout, dOut, dQkv);
  }

  @Override
  public void addLayerNormBackward(
      CudaArray x,
      CudaArray residual,
      CudaArray gamma,
      double eps,
      CudaArray dOut,
      CudaArray dSum,
      CudaArray dGamma,
      CudaArray dBeta) {
    embeddings.addLayerNormBackward(x, residual, gamma, eps, dOut, dSum, dGamma, dBeta);
  }

  @Override
  public void poolBackward(CudaArray offsets, Pooling how, CudaArray dOut, CudaArray dHidden) {
    pooling.poolBackward(offsets, how, dOut, dHidden);
  }

  @Override
  public void l2NormalizeBackward(CudaArray x, CudaArray dOut, CudaArray dX) {
    pooling.l2NormalizeBackward(x, dOut, dX);
  }

  @Override
  public void contrastiveLoss(CudaArray queries, CudaArray passages, double scale, CudaArray loss) {
    contrastiveLoss.forward(queries, passages, scale, loss);
  }

  @Override
  public void contrastiveLossBackward(
      CudaArray queries,
      CudaArray passages,
      double scale,
      CudaArray dLoss,
      CudaArray dQueries,
      CudaArray dPassages) {
    contrastiveLoss.backward(queries, passages, scale, dLoss, dQueries, dPassages);
  }

  @Override
  public void dot(CudaArray a, CudaArray b, CudaArray out) {
    optimizer.dot(a, b, out);
  }

  @Override
  public void scale(CudaArray a, CudaArray factor, CudaArray out) {
    elementwise.scale(a, factor, out);
  }

  @Override
  public void adamW(
      CudaArray weight, CudaArray gradient, CudaArray mean, CudaArray square, AdamWStep step) {
    optimizer.adamW(weight, gradient, mean, square, step);
  }

  @Override
  public double sumOfSquares(List<CudaArray> arrays) {
    return optimizer.sumOfSquares(arrays);
  }

  @Override
  public void close() {
    loops.close();
    attention.close();
    device.close();
  }
}

package org.javatron.kernels;

import java.util.List;
import org.javatron.weights.Pooling;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The reference: each op in the fewest ND4J calls, as one would write it on paper. It allocates as
 * it goes and runs on any ND4J backend.
 */
public final class Nd4jKernels implements Kernels<INDArray> {
  /** PyTorch's bound below which a vector is not scaled to length 1. */
  private static final double LEAST_NORM = 1e-12;

  private final boolean half;
  private final Memory<INDArray> memory;

  /** Kernels in the type of the arrays they get, float32 or float64. */
  public Nd4jKernels() {
    this(Precision.FP32);
  }

  /**
   * Kernels that keep activations in a type.
   *
   * @param precision FP32 or FP16
   */
  public Nd4jKernels(Precision precision) {
    half = precision == Precision.FP16;
    memory = new Nd4jMemory(half ? DataType.FLOAT16 : DataType.FLOAT);
  }

  /** An activation to compute with: float16 is for storage and products alone. */
  private static INDArray wide(INDArray x) {
    return x.dataType() == DataType.FLOAT16 ? x.castTo(DataType.FLOAT) : x;
  }

  /** {@code a b}; with float16 activations both are rounded to float16 and sums are float32. */
  private INDArray product(INDArray a, INDArray b) {
    if (!half) {
      return a.mmul(b);
    }
    INDArray x = a.castTo(DataType.FLOAT16);
    INDArray y = b.castTo(DataType.FLOAT16);
    if (Device.ofNd4j() == Device.CUDA) {
      // The type of the result is what makes cuBLAS sum in float32.
      return x.mmuli(y, Nd4j.createUninitialized(DataType.FLOAT, a.rows(), b.columns()));
    }
    return x.castTo(DataType.FLOAT)
        .mmul(y.castTo(DataType.FLOAT)); // ND4J's CPU has no such product
  }

  /** A copy, since ND4J 1.0.0-M1.1 hands out all of the memory that a view is the beginning of. */
  private static int[] ints(INDArray array) {
    return array.dup().toIntVector();
  }

  @Override
  public Memory<INDArray> memory() {
    return memory;
  }

  @Override
  public long scratchBytes() {
    return 0;
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
    INDArray sum = sumOfTables(ints(ids), ints(offsets), words, positions, types);
    layerNorm(sum, gamma, beta, eps, out);
  }

  private static INDArray sumOfTables(
      int[] id, int[] start, INDArray words, INDArray positions, INDArray types) {
    INDArray sum = Nd4j.create(words.dataType(), id.length, words.size(1));
    for (int b = 0; b + 1 < start.length; b++) {
      for (int t = start[b]; t < start[b + 1]; t++) {
        INDArray token = words.getRow(id[t]).add(positions.getRow(t - start[b]));
        sum.putRow(t, token.addi(types.getRow(0)));
      }
    }
    return sum;
  }

  @Override
  public void linear(INDArray x, INDArray weight, INDArray bias, INDArray out) {
    out.assign(product(x, weight.transpose()).addiRowVector(bias));
  }

  @Override
  public void linearGelu(INDArray x, INDArray weight, INDArray bias, INDArray out, INDArray sum) {
    INDArray z = product(x, weight.transpose()).addiRowVector(bias);
    if (sum != null) {
      sum.assign(z);
    }
    out.assign(z.muli(normalBelow(z)));
  }

  /** Φ, the share of a normal distribution below each value. */
  private static INDArray normalBelow(INDArray z) {
    return Nd4j.math().erf(z.mul(Math.sqrt(0.5))).addi(1).muli(0.5);
  }

  @Override
  public void attention(
      INDArray qkv, INDArray offsets, int heads, DropoutRule<INDArray> dropout, INDArray out) {
    int[] start = ints(offsets);
    long hidden = out.size(1);
    long d = hidden / heads;
    for (int b = 0; b + 1 < start.length; b++) {
      for (int head = 0; head < heads; head++) {
        INDArray q = block(qkv, start, b, head * d, d);
        INDArray k = block(qkv, start, b, hidden + head * d, d);
        INDArray v = block(qkv, start, b, 2 * hidden + head * d, d);
        INDArray p = softmaxOfRows(product(q, k.transpose()).divi(Math.sqrt(d)));
        p.muli(mask(dropout, b, head * p.length(), p));
        block(out, start, b, head * d, d).assign(product(p, v));
      }
    }
  }

  /**
   * D of {@link DropoutRule}: for each value of a sequence's block 1 / (1 - probability) or 0.
   *
   * @param first the index, within the sequence, of the block's first value
   */
  private static INDArray mask(
      DropoutRule<INDArray> dropout, int sequence, long first, INDArray block) {
    if (!dropout.drops()) {
      return Nd4j.onesLike(block);
    }
    long key = dropout.siteKey(dropout.keys().getLong(sequence));
    float[] mask = new float[(int) block.length()];
    for (int i = 0; i < mask.length; i++) {
      boolean kept = DropoutRule.bits(key, (int) first + i) >= dropout.threshold();
      mask[i] = kept ? dropout.factor() : 0;
    }
    return Nd4j.create(mask, block.shape(), 'c').castTo(block.dataType());
  }

  /** The rows of sequence b, columns {@code from} to {@code from + d - 1}. */
  private static INDArray block(INDArray matrix, int[] start, int b, long from, long d) {
    return matrix.get(
        NDArrayIndex.interval(start[b], start[b + 1]), NDArrayIndex.interval(from, from + d));
  }

  private static INDArray softmaxOfRows(INDArray scores) {
    INDArray e = Transforms.exp(scores.subColumnVector(scores.max(true, 1)));
    return e.diviColumnVector(e.sum(true, 1));
  }

  @Override
  public void addLayerNorm(
      INDArray x, INDArray residual, INDArray gamma, INDArray beta, double eps, INDArray out) {
    layerNorm(wide(x).add(wide(residual)), gamma, beta, eps, out);
  }

  private static void layerNorm(
      INDArray x, INDArray gamma, INDArray beta, double eps, INDArray out) {
    INDArray distance = x.subColumnVector(x.mean(true, 1));
    INDArray variance = distance.mul(distance).mean(true, 1);
    INDArray unit = distance.diviColumnVector(Transforms.sqrt(variance.addi(eps)));
    out.assign(unit.muliRowVector(gamma).addiRowVector(beta));
  }

  @Override
  public void pool(INDArray hidden, INDArray offsets, Pooling pooling, INDArray out) {
    int[] start = ints(offsets);
    for (int b = 0; b + 1 < start.length; b++) {
      INDArray rows = wide(hidden.get(NDArrayIndex.interval(start[b], start[b + 1])));
      out.putRow(b, pooling == Pooling.CLS ? rows.getRow(0) : rows.mean(0));
    }
  }

  @Override
  public void l2Normalize(INDArray x, INDArray out) {
    INDArray norms = Transforms.max(x.norm2(true, 1), LEAST_NORM);
    out.assign(x.divColumnVector(norms));
  }

  @Override
  public void dropout(INDArray x, INDArray offsets, DropoutRule<INDArray> dropout, INDArray out) {
    int[] start = ints(offsets);
    for (int b = 0; b + 1 < start.length; b++) {
      INDArray rows = wide(block(x, start, b, 0, x.size(1)));
      block(out, start, b, 0, x.size(1)).assign(rows.mul(mask(dropout, b, 0, rows)));
    }
  }

  @Override
  public void add(INDArray a, INDArray b, INDArray out) {
    out.assign(wide(a).add(wide(b)));
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
    int[] id = ints(ids);
    int[] start = ints(offsets);
    INDArray dSum = Nd4j.create(words.dataType(), dOut.shape());
    INDArray sum = sumOfTables(id, start, words, positions, types);
    layerNormBackward(sum, gamma, eps, wide(dOut), dSum, dGamma, dBeta);
    dWords.assign(0);
    dPositions.assign(0);
    dTypes.assign(0);
    for (int b = 0; b + 1 < start.length; b++) {
      for (int t = start[b]; t < start[b + 1]; t++) {
        dWords.getRow(id[t]).addi(dSum.getRow(t));
        dPositions.getRow(t - start[b]).addi(dSum.getRow(t));
        dTypes.getRow(0).addi(dSum.getRow(t));
      }
    }
  }

  @Override
  public void linearBackward(
      INDArray x, INDArray weight, INDArray dOut, INDArray dX, INDArray dWeight, INDArray dBias) {
    dX.assign(product(dOut, weight));
    dWeight.assign(product(dOut.transpose(), x));
    dBias.assign(wide(dOut).sum(0));
  }

  @Override
  public void geluBackward(INDArray sum, INDArray dOut, INDArray dSum) {
    INDArray z = wide(sum);
    INDArray density = Transforms.exp(z.mul(z).muli(-0.5)).muli(1 / Math.sqrt(2 * Math.PI));
    dSum.assign(normalBelow(z).addi(density.muli(z)).muli(wide(dOut)));
  }

  @Override
  public void attentionBackward(
      INDArray qkv,
      INDArray offsets,
      int heads,
      DropoutRule<INDArray> dropout,
      INDArray dOut,
      INDArray dQkv) {
    int[] start = ints(offsets);
    long hidden = dOut.size(1);
    long d = hidden / heads;
    double scale = 1 / Math.sqrt(d);
    for (int b = 0; b + 1 < start.length; b++) {
      for (int head = 0; head < heads; head++) {
        INDArray q = block(qkv, start, b, head * d, d);
        INDArray k = block(qkv, start, b, hidden + head * d, d);
        INDArray v = block(qkv, start, b, 2 * hidden + head * d, d);
        INDArray g = block(dOut, start, b, head * d, d);
        INDArray p = softmaxOfRows(product(q, k.transpose()).muli(scale));
        INDArray mask = mask(dropout, b, head * p.length(), p);
        INDArray dP = product(g, v.transpose()).muli(mask);
        INDArray dS = p.mul(dP.subColumnVector(dP.mul(p).sum(true, 1)));
        block(dQkv, start, b, head * d, d).assign(product(dS, k).muli(scale));
        block(dQkv, start, b, hidden + head * d, d).assign(product(dS.transpose(), q).muli(scale));
        block(dQkv, start, b, 2 * hidden + head * d, d).assign(product(p.mul(mask).transpose(), g));
      }
    }
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
    INDArray sum = wide(x).add(wide(residual));
    layerNormBackward(sum, gamma, eps, wide(dOut), dSum, dGamma, dBeta);
  }

  private static void layerNormBackward(
      INDArray x,
      INDArray gamma,
      double eps,
      INDArray dOut,
      INDArray dX,
      INDArray dGamma,
      INDArray dBeta) {
    INDArray distance = x.subColumnVector(x.mean(true, 1));
    INDArray sigma = Transforms.sqrt(distance.mul(distance).mean(true, 1).addi(eps));
    INDArray unit = distance.diviColumnVector(sigma);
    dGamma.assign(dOut.mul(unit).sum(0));
    dBeta.assign(dOut.sum(0));
    INDArray g = dOut.mulRowVector(gamma);
    INDArray alongUnit = unit.mulColumnVector(g.mul(unit).mean(true, 1));
    dX.assign(g.subColumnVector(g.mean(true, 1)).subi(alongUnit).diviColumnVector(sigma));
  }

  @Override
  public void poolBackward(INDArray offsets, Pooling pooling, INDArray dOut, INDArray dHidden) {
    int[] start = ints(offsets);
    dHidden.assign(0);
    for (int b = 0; b + 1 < start.length; b++) {
      int last = pooling == Pooling.CLS ? start[b] + 1 : start[b + 1];
      for (int t = start[b]; t < last; t++) {
        dHidden.getRow(t).assign(dOut.getRow(b).div(last - start[b]));
      }
    }
  }

  @Override
  public void l2NormalizeBackward(INDArray x, INDArray dOut, INDArray dX) {
    for (int b = 0; b < x.size(0); b++) {
      INDArray g = dOut.getRow(b);
      double norm = x.getRow(b).norm2Number().doubleValue();
      if (norm < LEAST_NORM) {
        dX.putRow(b, g.div(LEAST_NORM));
      } else {
        INDArray y = x.getRow(b).div(norm);
        dX.putRow(b, g.sub(y.mul(y.mul(g).sumNumber())).divi(norm));
      }
    }
  }

  @Override
  public void contrastiveLoss(INDArray queries, INDArray passages, double scale, INDArray loss) {
    INDArray p = softmaxOfRows(queries.mmul(passages.transpose()).muli(scale));
    long n = passages.size(0) / queries.size(0);
    double sum = 0;
    for (long q = 0; q < queries.size(0); q++) {
      sum -= Math.log(p.getDouble(q, q * n));
    }
    loss.assign(sum / queries.size(0));
  }

  @Override
  public void contrastiveLossBackward(
      INDArray queries,
      INDArray passages,
      double scale,
      INDArray dLoss,
      INDArray dQueries,
      INDArray dPassages) {
    INDArray dS = softmaxOfRows(queries.mmul(passages.transpose()).muli(scale));
    long n = passages.size(0) / queries.size(0);
    for (long q = 0; q < queries.size(0); q++) {
      dS.putScalar(q, q * n, dS.getDouble(q, q * n) - 1);
    }
    dS.muli(scale * dLoss.getDouble(0) / queries.size(0));
    dQueries.assign(dS.mmul(passages));
    dPassages.assign(dS.transpose().mmul(queries));
  }

  @Override
  public void dot(INDArray a, INDArray b, INDArray out) {
    out.assign(a.mul(b).sum());
  }

  @Override
  public void scale(INDArray a, INDArray factor, INDArray out) {
    out.assign(a.mul(factor.getDouble(0)));
  }

  @Override
  public void adamW(
      INDArray weight, INDArray gradient, INDArray mean, INDArray square, AdamWStep step) {
    INDArray g = gradient.mul(step.scale());
    mean.muli(step.beta1()).addi(g.mul(1 - step.beta1()));
    square.muli(step.beta2()).addi(g.mul(g).muli(1 - step.beta2()));
    INDArray divisor = Transforms.sqrt(square, true).addi(step.epsilon());
    weight.subi(mean.div(divisor).muli(step.stepSize()));
    weight.subi(weight.mul(step.decay()));
  }

  @Override
  public double sumOfSquares(List<INDArray> arrays) {
    double sum = 0;
    for (INDArray array : arrays) {
      INDArray values = array.castTo(DataType.DOUBLE);
      sum += values.mul(values).sumNumber().doubleValue();
    }
    return sum;
  }

  @Override
  public void close() {}
}

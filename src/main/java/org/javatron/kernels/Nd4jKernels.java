package org.javatron.kernels;

import org.javatron.weights.Pooling;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The reference: each op in the fewest ND4J calls, as one would write it on paper. It allocates as
 * it goes and runs on any ND4J backend.
 */
public final class Nd4jKernels implements Kernels {
  /** There is nothing to set. */
  public Nd4jKernels() {}

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
    int[] id = ids.toIntVector();
    int[] start = offsets.toIntVector();
    INDArray sum = Nd4j.create(out.dataType(), out.shape());
    for (int b = 0; b + 1 < start.length; b++) {
      for (int t = start[b]; t < start[b + 1]; t++) {
        INDArray token = words.getRow(id[t]).add(positions.getRow(t - start[b]));
        sum.putRow(t, token.addi(types.getRow(0)));
      }
    }
    layerNorm(sum, gamma, beta, eps, out);
  }

  @Override
  public void linear(INDArray x, INDArray weight, INDArray bias, INDArray out) {
    out.assign(x.mmul(weight.transpose()).addiRowVector(bias));
  }

  @Override
  public void linearGelu(INDArray x, INDArray weight, INDArray bias, INDArray out) {
    INDArray sum = x.mmul(weight.transpose()).addiRowVector(bias);
    INDArray phi = Nd4j.math().erf(sum.mul(Math.sqrt(0.5))).addi(1).muli(0.5);
    out.assign(sum.muli(phi));
  }

  @Override
  public void attention(INDArray qkv, INDArray offsets, int heads, INDArray out) {
    int[] start = offsets.toIntVector();
    long hidden = out.size(1);
    long d = hidden / heads;
    for (int b = 0; b + 1 < start.length; b++) {
      for (int head = 0; head < heads; head++) {
        INDArray q = block(qkv, start, b, head * d, d);
        INDArray k = block(qkv, start, b, hidden + head * d, d);
        INDArray v = block(qkv, start, b, 2 * hidden + head * d, d);
        INDArray scores = q.mmul(k.transpose()).divi(Math.sqrt(d));
        block(out, start, b, head * d, d).assign(softmaxOfRows(scores).mmul(v));
      }
    }
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
    layerNorm(x.add(residual), gamma, beta, eps, out);
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
    int[] start = offsets.toIntVector();
    for (int b = 0; b + 1 < start.length; b++) {
      INDArray rows = hidden.get(NDArrayIndex.interval(start[b], start[b + 1]));
      out.putRow(b, pooling == Pooling.CLS ? hidden.getRow(start[b]) : rows.mean(0));
    }
  }

  @Override
  public void l2Normalize(INDArray x, INDArray out) {
    INDArray norms = Transforms.max(x.norm2(true, 1), 1e-12);
    out.assign(x.divColumnVector(norms));
  }

  @Override
  public void close() {}
}

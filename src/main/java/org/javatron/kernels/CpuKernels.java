package org.javatron.kernels;

import java.nio.IntBuffer;
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
 * it, while it is in that core's cache; and nothing is allocated but views.
 *
 * <p>How the result is cut depends only on its shape and the number of threads, so the same batch
 * gives the same bits each time.
 */
public final class CpuKernels implements Kernels {
  /** Rows of a loop without a product that one task takes. */
  private static final int ROWS = 32;

  private final Workers workers;
  private final CpuAttention attention;
  private final RowMath math = RowMath.fastest();
  private final Nd4jKernels reference = new Nd4jKernels();
  private final float[][] rows;
  private final float[][] otherRows;

  /**
   * Starts the threads.
   *
   * @param threads threads that compute, the caller's included; at least 1
   * @param longestSequence the most tokens of one sequence, which sizes the attention's scores
   */
  public CpuKernels(int threads, int longestSequence) {
    Nd4j.factory().blas(); // starts ND4J, if nothing has
    Blas.singleThreaded();
    workers = new Workers(threads);
    attention = new CpuAttention(workers, math, longestSequence);
    rows = new float[threads][0];
    otherRows = new float[threads][0];
  }

  @Override
  public long scratchBytes() {
    return attention.scratchBytes();
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
    int[] id = ints(ids);
    int[] start = ints(offsets);
    int h = (int) out.size(1);
    Floats word = Floats.of(words);
    Floats position = Floats.of(positions);
    Floats to = Floats.of(out);
    float[] type = new float[h];
    Floats.of(types).read(0, type, 0, h);
    float[] scale = Floats.of(gamma).toArray();
    float[] shift = Floats.of(beta).toArray();
    workers.run(
        start.length - 1,
        (b, worker) -> {
          float[] sum = scratch(rows, worker, h);
          float[] row = scratch(otherRows, worker, h);
          for (int t = start[b]; t < start[b + 1]; t++) {
            word.read((long) id[t] * h, sum, 0, h);
            position.read((long) (t - start[b]) * h, row, 0, h);
            math.add(sum, 0, row, 0, h);
            math.add(sum, 0, type, 0, h);
            math.layerNorm(sum, 0, h, scale, shift, (float) eps);
            to.write((long) t * h, sum, 0, h);
          }
        });
  }

  @Override
  public void linear(INDArray x, INDArray weight, INDArray bias, INDArray out) {
    linear(x, weight, bias, out, math::add);
  }

  @Override
  public void linearGelu(INDArray x, INDArray weight, INDArray bias, INDArray out, INDArray sum) {
    if (sum == null) {
      linear(x, weight, bias, out, math::addGelu);
    } else {
      reference.linearGelu(x, weight, bias, out, sum);
    }
  }

  /** What happens to a row of a finished tile; the second row is the bias. */
  @FunctionalInterface
  private interface Epilogue {
    void apply(float[] row, int offset, float[] bias, int biasOffset, int length);
  }

  private void linear(INDArray x, INDArray weight, INDArray bias, INDArray out, Epilogue epilogue) {
    int n = (int) out.size(1);
    int k = (int) x.size(1);
    Floats from = Floats.of(x);
    Floats matrix = Floats.of(weight);
    Floats to = Floats.of(out);
    float[] shift = Floats.of(bias).toArray();
    Tiles tiles = Tiles.of((int) x.size(0), n, workers.threads());
    workers.run(
        tiles.count(),
        (tile, worker) -> {
          int row = tiles.row(tile);
          int column = tiles.column(tile);
          int height = tiles.height(tile);
          int width = tiles.width(tile);
          Blas.rowsTimesRows(
              height,
              width,
              k,
              1,
              from.at((long) row * k),
              k,
              matrix.at((long) column * k),
              k,
              0,
              to.at((long) row * n + column),
              n);
          float[] values = scratch(rows, worker, width);
          for (int r = row; r < row + height; r++) {
            long at = (long) r * n + column;
            to.read(at, values, 0, width);
            epilogue.apply(values, 0, shift, column, width);
            to.write(at, values, 0, width);
          }
        });
  }

  @Override
  public void attention(
      INDArray qkv, INDArray offsets, int heads, DropoutRule dropout, INDArray out) {
    if (dropout.drops()) {
      reference.attention(qkv, offsets, heads, dropout, out);
      return;
    }
    attention.run(Floats.of(qkv), ints(offsets), heads, (int) out.size(1), Floats.of(out));
  }

  @Override
  public void addLayerNorm(
      INDArray x, INDArray residual, INDArray gamma, INDArray beta, double eps, INDArray out) {
    int h = (int) x.size(1);
    Floats from = Floats.of(x);
    Floats other = Floats.of(residual);
    Floats to = Floats.of(out);
    float[] scale = Floats.of(gamma).toArray();
    float[] shift = Floats.of(beta).toArray();
    eachRow(
        (int) x.size(0),
        (r, worker) -> {
          float[] sum = scratch(rows, worker, h);
          float[] row = scratch(otherRows, worker, h);
          from.read((long) r * h, sum, 0, h);
          other.read((long) r * h, row, 0, h);
          math.add(sum, 0, row, 0, h);
          math.layerNorm(sum, 0, h, scale, shift, (float) eps);
          to.write((long) r * h, sum, 0, h);
        });
  }

  @Override
  public void pool(INDArray hidden, INDArray offsets, Pooling pooling, INDArray out) {
    int[] start = ints(offsets);
    int h = (int) hidden.size(1);
    Floats from = Floats.of(hidden);
    Floats to = Floats.of(out);
    workers.run(
        start.length - 1,
        (b, worker) -> {
          float[] sum = scratch(rows, worker, h);
          float[] row = scratch(otherRows, worker, h);
          from.read((long) start[b] * h, sum, 0, h);
          if (pooling == Pooling.MEAN) {
            for (int t = start[b] + 1; t < start[b + 1]; t++) {
              from.read((long) t * h, row, 0, h);
              math.add(sum, 0, row, 0, h);
            }
            math.scale(sum, 0, h, 1f / (start[b + 1] - start[b]));
          }
          to.write((long) b * h, sum, 0, h);
        });
  }

  @Override
  public void l2Normalize(INDArray x, INDArray out) {
    int h = (int) x.size(1);
    Floats from = Floats.of(x);
    Floats to = Floats.of(out);
    eachRow(
        (int) x.size(0),
        (r, worker) -> {
          float[] row = scratch(rows, worker, h);
          from.read((long) r * h, row, 0, h);
          double norm = Math.sqrt(math.dot(row, 0, row, 0, h));
          math.scale(row, 0, h, (float) (1 / Math.max(norm, 1e-12)));
          to.write((long) r * h, row, 0, h);
        });
  }

  @Override
  public void dropout(INDArray x, INDArray offsets, DropoutRule dropout, INDArray out) {
    reference.dropout(x, offsets, dropout, out);
  }

  @Override
  public void add(INDArray a, INDArray b, INDArray out) {
    reference.add(a, b, out);
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
    reference.embeddingsBackward(
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
      INDArray x, INDArray weight, INDArray dOut, INDArray dX, INDArray dWeight, INDArray dBias) {
    reference.linearBackward(x, weight, dOut, dX, dWeight, dBias);
  }

  @Override
  public void geluBackward(INDArray sum, INDArray dOut, INDArray dSum) {
    reference.geluBackward(sum, dOut, dSum);
  }

  @Override
  public void attentionBackward(
      INDArray qkv,
      INDArray offsets,
      int heads,
      DropoutRule dropout,
      INDArray dOut,
      INDArray dQkv) {
    reference.attentionBackward(qkv, offsets, heads, dropout, dOut, dQkv);
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
    reference.addLayerNormBackward(x, residual, gamma, eps, dOut, dSum, dGamma, dBeta);
  }

  @Override
  public void poolBackward(INDArray offsets, Pooling pooling, INDArray dOut, INDArray dHidden) {
    reference.poolBackward(offsets, pooling, dOut, dHidden);
  }

  @Override
  public void l2NormalizeBackward(INDArray x, INDArray dOut, INDArray dX) {
    reference.l2NormalizeBackward(x, dOut, dX);
  }

  @Override
  public void contrastiveLoss(INDArray queries, INDArray passages, double scale, INDArray loss) {
    reference.contrastiveLoss(queries, passages, scale, loss);
  }

  @Override
  public void contrastiveLossBackward(
      INDArray queries,
      INDArray passages,
      double scale,
      INDArray dLoss,
      INDArray dQueries,
      INDArray dPassages) {
    reference.contrastiveLossBackward(queries, passages, scale, dLoss, dQueries, dPassages);
  }

  /** Runs a task for each row, some rows at a time. */
  private void eachRow(int count, Workers.Task row) {
    workers.run(
        (count + ROWS - 1) / ROWS,
        (block, worker) -> {
          for (int r = block * ROWS; r < Math.min(count, (block + 1) * ROWS); r++) {
            row.run(r, worker);
          }
        });
  }

  /** A worker's buffer, at least so long. */
  private static float[] scratch(float[][] buffers, int worker, int length) {
    if (buffers[worker].length < length) {
      buffers[worker] = new float[length];
    }
    return buffers[worker];
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
  }
}

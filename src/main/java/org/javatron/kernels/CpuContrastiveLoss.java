package org.javatron.kernels;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The contrastive loss, in tiles of {@link #QUERIES} x {@link #PASSAGES} scores, so that memory
 * does not grow with the batch. Scores are computed again rather than kept: they cost little beside
 * the encoder.
 */
final class CpuContrastiveLoss {
  private static final int QUERIES = 64;
  private static final int PASSAGES = 512;

  private final CpuLoops loops;
  private final Floats[] tiles;

  CpuContrastiveLoss(CpuLoops loops) {
    this.loops = loops;
    tiles = new Floats[loops.workers.threads()];
    for (int i = 0; i < tiles.length; i++) {
      tiles[i] = Floats.allocate(QUERIES * PASSAGES);
    }
  }

  long scratchBytes() {
    return (long) tiles.length * QUERIES * PASSAGES * Float.BYTES;
  }

  void forward(INDArray queries, INDArray passages, double scale, INDArray loss) {
    Scores scores = new Scores(queries, passages, scale);
    double sum = 0;
    for (int q = 0; q < scores.queries; q++) {
      sum += scores.logSum[q] - scores.positive[q];
    }
    Floats.of(loss).write(0, new float[] {(float) (sum / scores.queries)}, 0, 1);
  }

  void backward(
      INDArray queries,
      INDArray passages,
      double scale,
      double dLoss,
      INDArray dQueries,
      INDArray dPassages) {
    Scores scores = new Scores(queries, passages, scale);
    float factor = (float) (scale * dLoss / scores.queries);
    int h = scores.h;
    Floats toQueries = Floats.of(dQueries);
    Floats toPassages = Floats.of(dPassages);
    loops.workers.run(
        parts(scores.queries, QUERIES),
        (block, worker) -> {
          int q = block * QUERIES;
          int height = Math.min(QUERIES, scores.queries - q);
          for (int p = 0; p < scores.passages; p += PASSAGES) {
            int width = Math.min(PASSAGES, scores.passages - p);
            scores.gradientTile(q, height, p, width, worker);
            Blas.rowsTimesColumns(
                height,
                h,
                width,
                factor,
                tiles[worker].pointer,
                width,
                scores.passage.at((long) p * h),
                h,
                p == 0 ? 0 : 1,
                toQueries.at((long) q * h),
                h);
          }
        });
    loops.workers.run(
        parts(scores.passages, PASSAGES),
        (block, worker) -> {
          int p = block * PASSAGES;
          int width = Math.min(PASSAGES, scores.passages - p);
          for (int q = 0; q < scores.queries; q += QUERIES) {
            int height = Math.min(QUERIES, scores.queries - q);
            scores.gradientTile(q, height, p, width, worker);
            Blas.columnsTimesColumns(
                width,
                h,
                height,
                factor,
                tiles[worker].pointer,
                width,
                scores.query.at((long) q * h),
                h,
                q == 0 ? 0 : 1,
                toPassages.at((long) p * h),
                h);
          }
        });
  }

  private static int parts(int whole, int size) {
    return (whole + size - 1) / size;
  }

  /** S = scale · queries passagesᵀ, what it is made of and what each row adds up to. */
  private final class Scores {
    final Floats query;
    final Floats passage;
    final float scale;
    final int queries;
    final int passages;
    final int h;

    /** {@code log Σ_j exp(S[q, j])}. */
    final double[] logSum;

    /** {@code S[q, q n]}. */
    final double[] positive;

    Scores(INDArray queries, INDArray passages, double scale) {
      query = Floats.of(queries);
      passage = Floats.of(passages);
      this.scale = (float) scale;
      this.queries = (int) queries.size(0);
      this.passages = (int) passages.size(0);
      h = (int) queries.size(1);
      logSum = new double[this.queries];
      positive = new double[this.queries];
      loops.workers.run(parts(this.queries, QUERIES), this::addUp);
    }

    /** The passage a query's loss wants on top. */
    int positiveOf(int q) {
      return q * (passages / queries);
    }

    float[] tile(int q, int height, int p, int width, int worker) {
      Floats tile = tiles[worker];
      Blas.rowsTimesRows(
          height,
          width,
          h,
          scale,
          query.at((long) q * h),
          h,
          passage.at((long) p * h),
          h,
          0,
          tile.pointer,
          width);
      float[] values = loops.scratch(worker, 0, height * width);
      tile.read(0, values, 0, height * width);
      return values;
    }

    private void addUp(int block, int worker) {
      int q = block * QUERIES;
      int height = Math.min(QUERIES, queries - q);
      Arrays.fill(logSum, q, q + height, Double.NEGATIVE_INFINITY);
      for (int p = 0; p < passages; p += PASSAGES) {
        int width = Math.min(PASSAGES, passages - p);
        float[] values = tile(q, height, p, width, worker);
        for (int r = 0; r < height; r++) {
          logSum[q + r] = logAdd(logSum[q + r], logSum(values, r * width, width));
          int wanted = positiveOf(q + r) - p;
          if (wanted >= 0 && wanted < width) {
            positive[q + r] = values[r * width + wanted];
          }
        }
      }
    }

    /** Puts into the worker's tile what the loss's gradient is with respect to each score. */
    void gradientTile(int q, int height, int p, int width, int worker) {
      float[] values = tile(q, height, p, width, worker);
      for (int r = 0; r < height; r++) {
        for (int i = r * width; i < (r + 1) * width; i++) {
          values[i] = (float) Math.exp(values[i] - logSum[q + r]);
        }
        int wanted = positiveOf(q + r) - p;
        if (wanted >= 0 && wanted < width) {
          values[r * width + wanted] -= 1;
        }
      }
      tiles[worker].write(0, values, 0, height * width);
    }
  }

  private static double logSum(float[] values, int offset, int length) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = offset; i < offset + length; i++) {
      max = Math.max(max, values[i]);
    }
    double sum = 0;
    for (int i = offset; i < offset + length; i++) {
      sum += Math.exp(values[i] - max);
    }
    return max + Math.log(sum);
  }

  /** {@code log(exp(a) + exp(b))}; the first may be minus infinity. */
  private static double logAdd(double a, double b) {
    double max = Math.max(a, b);
    return max + Math.log1p(Math.exp(Math.min(a, b) - max));
  }

  void close() {
    for (Floats tile : tiles) {
      tile.free();
    }
  }
}

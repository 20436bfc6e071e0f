package org.javatron.embeddings;

import java.util.Arrays;
import org.javatron.kernels.DoubleBlas;

/**
 * Mean, covariance and second moments of a sample of vectors: at most {@link #SAMPLE} rows, evenly
 * spaced. Rows that are not finite are left out; who reads all rows refuses them.
 */
final class Moments {
  private static final int SAMPLE = 1 << 13;
  private static final int CHUNK = 1024;

  private final int dim;
  private final double[] sums;
  private final double[] squares;
  private long count;

  Moments(Vectors vectors) {
    dim = vectors.dim();
    sums = new double[dim];
    squares = new double[Math.multiplyExact(dim, dim)];
    long step = Math.max(1, vectors.rows() / SAMPLE);
    for (long at = 0; at < vectors.rows(); at += step * CHUNK) {
      double[] chunk = sample(vectors, at, step, CHUNK);
      int rows = chunk.length / dim;
      for (int i = 0; i < chunk.length; i++) {
        sums[i % dim] += chunk[i];
      }
      DoubleBlas.addSquare(dim, rows, chunk, squares);
      count += rows;
    }
  }

  /** Every {@code step}-th row from {@code at} on, {@code most} at most, if it is finite. */
  static double[] sample(Vectors vectors, long at, long step, int most) {
    int dim = vectors.dim();
    int rows = (int) Math.min(most, (vectors.rows() - at + step - 1) / step);
    double[] values = new double[rows * dim];
    float[] row = new float[dim];
    int kept = 0;
    for (int i = 0; i < rows; i++) {
      vectors.read(at + i * step, 1, row, 0);
      boolean finite = true;
      for (int j = 0; j < dim; j++) {
        values[kept * dim + j] = row[j];
        finite &= Float.isFinite(row[j]);
      }
      kept += finite ? 1 : 0;
    }
    return kept == rows ? values : Arrays.copyOf(values, kept * dim);
  }

  /** The mean as float32; zeros if there was no row. */
  float[] mean() {
    float[] mean = new float[dim];
    for (int i = 0; i < dim && count > 0; i++) {
      mean[i] = (float) (sums[i] / count);
    }
    return mean;
  }

  /** {@code [dim, dim]}: what {@code (x_i - mean_i) (x_j - mean_j)} is on average. */
  double[] covariance() {
    double[] moments = secondMoments();
    for (int i = 0; i < dim && count > 0; i++) {
      for (int j = 0; j < dim; j++) {
        moments[i * dim + j] -= sums[i] / count * (sums[j] / count);
      }
    }
    return moments;
  }

  /** {@code [dim, dim]}: what {@code x_i x_j} is on average. */
  double[] secondMoments() {
    double[] moments = squares.clone();
    for (int i = 0; i < moments.length && count > 0; i++) {
      moments[i] /= count;
    }
    return moments;
  }
}

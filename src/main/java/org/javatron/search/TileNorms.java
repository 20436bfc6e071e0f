package org.javatron.search;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.javatron.kernels.Blas;

/**
 * The lengths of a tile's passages, which {@link ScanMargin} is made of. For inner products the
 * greatest is enough and is remembered, 4 bytes a tile, so that only a searcher's first search
 * computes it; the other metrics need every passage's, and compute them with each tile.
 *
 * <p>Thread-safe: whoever comes second computes the same.
 */
final class TileNorms {
  private final Metric metric;
  private final int dim;
  private final float[] greatest;

  /** The lengths in one tile. */
  record Range(double least, double greatest) {}

  TileNorms(Metric metric, int dim, int tiles) {
    this.metric = metric;
    this.dim = dim;
    this.greatest = new float[metric == Metric.INNER_PRODUCT ? tiles : 0];
    Arrays.fill(greatest, -1);
  }

  /**
   * The range of lengths in a tile.
   *
   * @param squares gets each passage's square, unless the metric is the inner product
   */
  Range of(int index, FloatPointer tile, int rows, float[] squares) {
    if (metric == Metric.INNER_PRODUCT && greatest[index] >= 0) {
      return new Range(0, ScanMargin.lengthAtMost(greatest[index], dim));
    }
    float largest = 0;
    float smallest = Float.POSITIVE_INFINITY;
    for (int i = 0; i < rows; i++) {
      FloatPointer row = tile.getPointer((long) i * dim);
      float square = Blas.dot(dim, row, row);
      squares[i] = square;
      largest = Math.max(largest, square); // NaN if either is
      smallest = Math.min(smallest, square);
    }
    if (metric == Metric.INNER_PRODUCT) {
      greatest[index] = largest;
    }
    return new Range(ScanMargin.lengthAtMost(smallest, dim), ScanMargin.lengthAtMost(largest, dim));
  }
}

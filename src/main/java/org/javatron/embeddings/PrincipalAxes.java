package org.javatron.embeddings;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.javatron.kernels.DoubleBlas;

/**
 * An orthogonal change of coordinates after which the first coordinates say most: the principal
 * components of a sample of passages, or of passages and queries together.
 *
 * <p>Scores stay exact whatever the axes are; good ones only let a search stop earlier. The axes
 * are the eigenvectors of
 *
 * <pre>
 * C / trace C + M / trace M     C: the passages' covariance, M: the queries' second moments
 * </pre>
 *
 * <p>largest eigenvalue first, so that what is left behind the first axes is small in passages and
 * queries alike: a search bounds it by the product of both lengths.
 */
public final class PrincipalAxes {
  /** gamma_k of double precision is below k of these; twice what it is. */
  private static final double GAMMA = 0x1p-52;

  private final int dim;
  private final double[] axes;

  /** Takes axes as they are: one a row, {@code [dim, dim]}. */
  PrincipalAxes(int dim, double[] axes) {
    this.dim = dim;
    this.axes = axes;
  }

  /**
   * The eigenvectors of a sum of matrices, each of trace 1 first.
   *
   * @param dim values of a vector
   * @param matrices covariances or second moments, {@code [dim, dim]}
   */
  static PrincipalAxes of(int dim, double[]... matrices) {
    double[] sum = new double[dim * dim];
    for (double[] matrix : matrices) {
      addNormalised(matrix, dim, sum);
    }
    DoubleBlas.eigenvectors(dim, sum);
    double[] axes = new double[dim * dim];
    for (int i = 0; i < dim; i++) {
      System.arraycopy(sum, (dim - 1 - i) * dim, axes, i * dim, dim);
    }
    return new PrincipalAxes(dim, axes);
  }

  private static void addNormalised(double[] matrix, int dim, double[] sum) {
    double trace = 0;
    for (int i = 0; i < dim; i++) {
      trace += matrix[i * dim + i];
    }
    if (trace > 0) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += matrix[i] / trace;
      }
    }
  }

  /**
   * How far the product of two vectors on these axes can lie from their own, relative to their
   * lengths, if nothing is rounded: {@code |V V^T - 1|} by Frobenius' norm. LAPACK leaves 1e-13.
   *
   * @return an upper bound
   */
  public double defect() {
    double[] product = new double[dim * dim];
    DoubleBlas.rowsTimesRows(dim, dim, dim, axes, axes, product);
    double square = 0;
    for (int i = 0; i < dim; i++) {
      for (int j = 0; j < dim; j++) {
        double defect = product[i * dim + j] - (i == j ? 1 : 0);
        square += defect * defect;
      }
    }
    return Math.sqrt(square) + GAMMA * dim * dim;
  }

  /**
   * Likewise with the roundings of both vectors in double precision: {@code gamma_dim |V|} for each
   * (Higham, Accuracy and Stability, section 3.5).
   */
  double error() {
    return defect() + 3 * GAMMA * dim * Math.sqrt(dim);
  }

  /**
   * The axes rounded to float32, which are axes too, if less exactly.
   *
   * @return new axes
   */
  public PrincipalAxes rounded() {
    double[] rounded = new double[axes.length];
    for (int i = 0; i < axes.length; i++) {
      rounded[i] = (float) axes[i];
    }
    return new PrincipalAxes(dim, rounded);
  }

  /**
   * The axes' values.
   *
   * @return float32 {@code [dim, dim]}, one axis a row
   */
  public float[] floats() {
    float[] floats = new float[axes.length];
    for (int i = 0; i < axes.length; i++) {
      floats[i] = (float) axes[i];
    }
    return floats;
  }

  /**
   * Gives vectors on these axes.
   *
   * @param count how many
   * @param vectors {@code [count, dim]}
   * @param projected gets the result, {@code [count, dim]}
   */
  void apply(int count, double[] vectors, double[] projected) {
    if (count > 1) {
      DoubleBlas.rowsTimesRows(count, dim, dim, vectors, axes, projected);
      return;
    }
    for (int i = 0; i < count * dim; i++) { // one vector: BLAS would first be given all axes
      projected[i] = dot(vectors, i * dim);
    }
  }

  /** With one axis; four sums, so that additions do not wait for each other. */
  private double dot(double[] vector, int axis) {
    double first = 0;
    double second = 0;
    double third = 0;
    double fourth = 0;
    int i = 0;
    for (; i + 4 <= dim; i += 4) {
      first += vector[i] * axes[axis + i];
      second += vector[i + 1] * axes[axis + i + 1];
      third += vector[i + 2] * axes[axis + i + 2];
      fourth += vector[i + 3] * axes[axis + i + 3];
    }
    for (; i < dim; i++) {
      first += vector[i] * axes[axis + i];
    }
    return first + second + (third + fourth);
  }

  /** The axes as a file holds them: float64, little-endian. */
  byte[] bytes() {
    ByteBuffer bytes =
        ByteBuffer.allocate(axes.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(axes);
    return bytes.array();
  }

  /** What {@link #bytes} gave, {@code dim * dim * 8} of them. */
  static PrincipalAxes of(int dim, byte[] bytes) {
    double[] axes = new double[dim * dim];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(axes);
    return new PrincipalAxes(dim, axes);
  }
}

package org.javatron.search;

import org.bytedeco.javacpp.FloatPointer;
import org.javatron.embeddings.HeadShares;
import org.javatron.embeddings.PrincipalAxes;
import org.javatron.embeddings.Projection;
import org.javatron.embeddings.Vectors;
import org.javatron.kernels.Blas;
import org.javatron.kernels.RowMath;

/**
 * The passages as float32 on their first principal axes, the head, which is all that the scan
 * multiplies; for so many queries that putting each tile on the axes, once for all of them, costs
 * less than it saves. By inner product.
 *
 * <p>Proof. Let V be the axes, one a row, and y' the computed {@code V y}. With {@code e =
 * gamma_dim |V|_F} and {@code defect >= |V V^T - 1|},
 *
 * <pre>
 * |y' - V y|            &lt;=  e |y|                             (Higham, section 3.5)
 * |q.p - Vq . Vp|       &lt;=  defect |q| |p|
 * |head of Vq . Vp - q'_head . p'_head|  &lt;=  (2 e + e^2) (1 + defect) |q| |p|
 * |tail of Vq . Vp|     &lt;=  |tail of Vq| |tail of Vp|         (Cauchy and Schwarz)
 * |tail of Vy|^2        &lt;=  (1 + defect) |y|^2 - (|y'_head| - e |y|)^2
 * </pre>
 *
 * <p>so the tails need not be computed. The products of heads and tails and their sum are float32
 * again: {@code gamma_(dim + 16)} more. What a head cannot exclude is compared by the vectors as
 * they are.
 */
final class ProjectedForm implements ScanForm {
  /** Below so many scores, finding the axes costs too much. */
  private static final long LEAST_SCORES = 1_000_000_000;

  /** Of the work without axes, what must be left. */
  private static final double WORTH = 0.85;

  /** What it costs to compare two vectors alone, in values of a matrix product. */
  private static final double LOOK = 800;

  private static final double LOOK_VALUE = 3;

  final Vectors passages;
  final int dim;
  final int passageTile;
  final int queryTile;
  private final RowMath rowMath = RowMath.fastest();

  /** One axis a row; null until {@link #pays} has found them. */
  FloatPointer axes;

  /** How long heads can be; the last is all. */
  final int[] heads;

  HeadChoice.Costs costs;

  /** Which of them is expected to be the best. */
  int likely;

  /** Of a computed product, relative to the lengths. */
  double error;

  private double defect;
  private double each; // e

  ProjectedForm(Vectors passages, SearchOptions options) {
    this.passages = passages;
    dim = passages.dim();
    passageTile = options.passageTile();
    queryTile = options.queryTile();
    heads = HeadShares.lengths(dim);
  }

  /** Whether it may pay, as far as numbers tell. */
  boolean mayPay(long queries) {
    return passages.rows() * queries >= LEAST_SCORES;
  }

  /** Whether it does for such queries, so many at once. Finds the axes, once. */
  boolean pays(Vectors queries, int depth, int queryBlock) {
    Projection projection = Projection.of(passages, queries);
    PrincipalAxes rounded = projection.axes().rounded();
    defect = rounded.defect();
    each = ScanMargin.gamma(dim) * Math.sqrt(dim) * (1 + defect);
    error = defect + (2 * each + each * each) * (1 + defect) + 1.1 * ScanMargin.gamma(dim + 16);
    axes = new FloatPointer(rounded.floats());
    costs = costs(queryBlock);
    double[] left = projection.shares().left((double) depth / passages.rows());
    likely = costs.best(left);
    return costs.of(likely, left) < WORTH * dim;
  }

  /** A value of the head is computed once for all queries, and multiplied for each. */
  private HeadChoice.Costs costs(int queryBlock) {
    double[] scan = new double[heads.length];
    double[] look = new double[heads.length];
    for (int head = 0; head < heads.length; head++) {
      boolean whole = head == heads.length - 1;
      scan[head] = whole ? dim : heads[head] * (1 + (double) dim / queryBlock);
      look[head] = whole ? 0 : LOOK + LOOK_VALUE * dim;
    }
    return new HeadChoice.Costs(scan, look, false);
  }

  /** Puts vectors on the first axes, as many as a head has. */
  void project(int count, int head, FloatPointer vectors, FloatPointer out) {
    Blas.rowsTimesRows(count, head, dim, 1f, vectors, dim, axes, dim, 0f, out, head);
  }

  /**
   * How long a tail can be.
   *
   * @param length an upper bound of the vector's
   * @param projected its head on the axes, from index 0
   * @return an upper bound; NaN if a value is
   */
  float tail(double length, float[] projected, int head) {
    float square = rowMath.dot(projected, 0, projected, 0, head);
    double least = Math.sqrt(square * (1 - 2 * ScanMargin.gamma(head + 2))) - each * length;
    double most = (1 + defect + 0x1p-40) * length * length;
    double tail = most - (least > 0 ? least * least : 0) + 0x1p-120;
    return Math.nextUp((float) Math.sqrt(tail));
  }

  /** An upper bound of a vector's length. */
  double length(float[] vector) {
    return ScanMargin.lengthAtMost(rowMath.dot(vector, 0, vector, 0, dim), dim);
  }

  @Override
  public long bytes() {
    return Projection.bytes(dim) + (long) dim * dim * Float.BYTES;
  }

  @Override
  public long bytesOfQuery() {
    return (long) (dim + heads.length) * Float.BYTES;
  }

  @Override
  public long bytesOfWorker(int passageTile, int queryTile) {
    long ofTile = (long) passageTile * (queryTile + dim + 1);
    return (ofTile + 2L * dim) * Float.BYTES;
  }

  @Override
  public int slack(int depth) {
    return Math.max(depth / 2, TopK.LEAST_NEW);
  }

  @Override
  public Queries queries(QueryBlock block) {
    return new ProjectedQueries(this, block);
  }

  @Override
  public void close() {
    if (axes != null) {
      axes.close();
    }
  }
}

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
 * again: {@code gamma_(dim + 16)} more. What a head cannot exclude is looked at with {@value #NEXT}
 * more axes, and what those leave is compared by the vectors as they are.
 */
final class ProjectedForm implements ScanForm {
  /** Below so many scores, finding the axes costs too much. */
  private static final long LEAST_SCORES = 1_000_000_000;

  /** Of the work without axes, what must be left. */
  private static final double WORTH = 0.93;

  /** Axes behind a head on which passages are put too, for the second look. */
  static final int NEXT = HeadShares.STEP;

  /**
   * What a second look costs, in values of a matrix product, and one at a vector whole for each
   * value.
   */
  private static final double LOOK = 600;

  private static final double WHOLE_VALUE = 6;

  /** With so many queries for each value, axes cost little. */
  private static final int APART = 4;

  /** Which part of those looked at is expected to be compared whole. */
  private static final double WHOLE = 0.3;

  final Vectors passages;
  final int dim;
  final int passageTile;
  final int queryTile;
  private final RowMath rowMath = RowMath.fastest();

  /** One axis a row; null until {@link #pays} has taken them. */
  FloatPointer axes;

  /** How long heads can be; the last is all. */
  final int[] heads;

  HeadChoice.Costs costs;

  /** Which of them is expected to be the best. */
  int likely;

  /** Of a computed product, relative to the lengths. */
  double error;

  /** Whether each tile of queries has a head of its own: where axes cost little. */
  boolean apart;

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

  /** Whether it does on these axes, for so many queries at once. Takes the axes, once. */
  boolean pays(Projection projection, int depth, int queryBlock) {
    PrincipalAxes rounded = projection.axes().rounded();
    defect = rounded.defect();
    each = ScanMargin.gamma(dim) * Math.sqrt(dim) * (1 + defect);
    error = defect + (2 * each + each * each) * (1 + defect) + 1.1 * ScanMargin.gamma(dim + 16);
    axes = new FloatPointer(rounded.floats());
    costs = costs(queryBlock);
    double[] left = projection.shares().left((double) depth / passages.rows());
    likely = costs.best(left);
    apart = queryBlock > APART * dim;
    return costs.of(likely, left) < WORTH * dim;
  }

  /**
   * Values on the axes are computed once for all queries, those of the head multiplied for each.
   */
  private HeadChoice.Costs costs(int queryBlock) {
    double[] scan = new double[heads.length];
    double[] look = new double[heads.length];
    for (int head = 0; head < heads.length; head++) {
      boolean whole = head == heads.length - 1;
      double projecting = onAxes(head) * (double) dim / queryBlock;
      scan[head] = whole ? dim : heads[head] + projecting;
      look[head] = whole ? 0 : LOOK + WHOLE * WHOLE_VALUE * dim;
    }
    return new HeadChoice.Costs(scan, look, false);
  }

  /** On how many axes passages are put that are compared by a head. */
  int onAxes(int head) {
    return Math.min(dim, heads[head] + NEXT);
  }

  /** Puts vectors on some axes: {@code [count, dim]}, of which columns are set. */
  void project(int count, int from, int to, FloatPointer vectors, FloatPointer out) {
    FloatPointer first = axes.getPointer((long) from * dim);
    FloatPointer target = out.getPointer(from);
    Blas.rowsTimesRows(count, to - from, dim, 1f, vectors, dim, first, dim, 0f, target, dim);
  }

  /**
   * How long a tail can be.
   *
   * @param length an upper bound of the vector's
   * @param square of the projected head, float32 products summed in any order
   * @return an upper bound; NaN if a value is
   */
  float tail(double length, double square, int head) {
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
    long ofPassage = queryTile + dim + heads.length + NEXT + 6;
    return (passageTile * ofPassage + dim + NEXT) * Float.BYTES;
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

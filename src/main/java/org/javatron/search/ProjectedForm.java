package org.javatron.search;

import org.bytedeco.javacpp.FloatPointer;
import org.javatron.embeddings.PrincipalAxes;
import org.javatron.embeddings.Projection;
import org.javatron.embeddings.Vectors;
import org.javatron.kernels.RowMath;

/**
 * The passages as float32 on principal axes, of which the scan multiplies only the first, the head;
 * for so many queries that putting each tile on the axes, once for all of them, costs little beside
 * what it saves. By inner product.
 *
 * <p>Proof. Let V be the axes, and y' the computed {@code V y}. With {@code e = gamma_dim |V|_F}
 * and {@code defect >= |V V^T - 1|},
 *
 * <pre>
 * |y' - V y|       &lt;=  e |y|                                  (Higham, section 3.5)
 * |q.p - q'.p'|    &lt;=  (defect + 2 e + e^2 (1 + defect)) |q| |p|
 * q'.p'            &lt;=  q'_head . p'_head + |q'_tail| |p'_tail|  (Cauchy and Schwarz)
 * </pre>
 *
 * <p>The products and the sum are float32 again: {@code gamma_(dim + 16)} more. What a head cannot
 * exclude is compared by head and tail.
 */
final class ProjectedForm implements ScanForm {
  /** Below so many queries to a value of a vector, putting tiles on the axes costs too much. */
  private static final int QUERIES_TO_DIM = 4;

  /** Below so many scores, finding the axes costs too much. */
  private static final long LEAST_SCORES = 1_000_000_000;

  /** Of the work without axes, what must be left. */
  private static final double WORTH = 0.85;

  final Vectors passages;
  final int dim;
  final int passageTile;
  final int queryTile;
  private final SearchOptions options;
  private final RowMath rowMath = RowMath.fastest();

  /** One axis a row; null until {@link #pays} has found them. */
  FloatPointer axes;

  int head;

  /** Of a computed product, relative to the lengths. */
  double error;

  ProjectedForm(Vectors passages, SearchOptions options) {
    this.passages = passages;
    this.options = options;
    dim = passages.dim();
    passageTile = options.passageTile();
    queryTile = options.queryTile();
  }

  /** Whether it may pay, as far as numbers tell. */
  boolean mayPay(long queries) {
    return passages.rows() * queries >= LEAST_SCORES && queries >= (long) QUERIES_TO_DIM * dim;
  }

  /** Whether it does for such queries, so many at once. Finds the axes, once. */
  boolean pays(Vectors queries, int depth, int queryBlock) {
    Projection projection = Projection.of(passages, queries, (double) depth / passages.rows());
    PrincipalAxes rounded = projection.axes().rounded();
    double defect = rounded.defect();
    double each = ScanMargin.gamma(dim) * Math.sqrt(dim) * (1 + defect);
    error = defect + 2 * each + each * each * (1 + defect) + 1.1 * ScanMargin.gamma(dim + 16);
    axes = new FloatPointer(rounded.floats());
    head = projection.head();
    return projection.cost() / dim + (double) dim / queryBlock < WORTH;
  }

  /** The length of a vector's values from one on, rounded upwards. */
  float length(float[] row, int from) {
    float square = rowMath.dot(row, from, row, from, dim - from);
    return Math.nextUp((float) ScanMargin.lengthAtMost(square, dim - from));
  }

  @Override
  public long bytes() {
    return Projection.bytes(dim) + (long) dim * dim * Float.BYTES;
  }

  @Override
  public long bytesOfQuery() {
    return 2L * dim * Float.BYTES + Float.BYTES;
  }

  @Override
  public long bytesOfWorker(int passageTile, int queryTile) {
    return (long) passageTile * (queryTile + dim + 3) * Float.BYTES + 2L * dim * Float.BYTES;
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

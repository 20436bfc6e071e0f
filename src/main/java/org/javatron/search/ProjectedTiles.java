package org.javatron.search;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.javatron.kernels.Blas;
import org.javatron.kernels.RowMath;

/** One thread's tile of passages, as they are and on the axes of a {@link ProjectedForm}. */
final class ProjectedTiles implements ScanForm.Tiles {
  /** A second look costs as much as some products in a matrix. */
  private static final double MOST_LEFT = 0.1;

  /** More than what underflow may take. */
  private static final double UNDERFLOW = 0x1p-110;

  private static final double RANGE = 0x1p120;

  private final ProjectedForm form;
  private final ProjectedQueries queries;
  private final FloatPointer scratch;
  private final HeadShare share = new HeadShare(MOST_LEFT);
  private final RowMath rowMath = RowMath.fastest();
  private final FloatPointer projected;
  private final FloatPointer scores;
  private final FloatBuffer products;
  private final float[] tails;
  private final float[] row;
  private final FloatBuffer onAxes;
  private int rows;
  private int width;
  private int firstQuery;
  private double greatest;

  ProjectedTiles(ProjectedForm form, ProjectedQueries queries, FloatPointer scratch) {
    this.form = form;
    this.queries = queries;
    this.scratch = scratch;
    int most = Math.min(form.queryTile, queries.block.rows());
    projected = new FloatPointer((long) form.passageTile * form.dim);
    scores = new FloatPointer((long) most * form.passageTile);
    products = scores.asBuffer();
    tails = new float[form.passageTile];
    row = new float[form.dim];
    onAxes = projected.asBuffer();
  }

  @Override
  public void open(int index, int from, int rows) {
    int dim = form.dim;
    this.rows = rows;
    FloatBuffer values = form.passages.tile(from, rows, scratch.asBuffer());
    FloatPointer tile = new FloatPointer(values);
    Blas.rowsTimesRows(rows, dim, dim, 1f, tile, dim, form.axes, dim, 0f, projected, dim);
    greatest = 0;
    for (int i = 0; i < rows; i++) {
      onAxes.get(i * dim, row, 0, dim);
      tails[i] = form.length(row, form.head);
      values.get(i * dim, row, 0, dim);
      double length = form.length(row, 0);
      greatest = Math.max(greatest, length);
    }
    width = share.decidesTile(index) ? form.head : dim;
  }

  @Override
  public void multiply(int q, int m) {
    firstQuery = q;
    int dim = form.dim;
    FloatPointer left = queries.projected(q);
    Blas.rowsTimesRows(m, rows, width, 1f, left, dim, projected, dim, 0f, scores, rows);
  }

  @Override
  public double scores(int q, float[] scores) {
    products.get((q - firstQuery) * rows, scores, 0, rows);
    if (width < form.dim) {
      share.compared(rows);
      rowMath.addScaled(scores, 0, tails, 0, rows, queries.lengths[q]);
    }
    return margin(q);
  }

  private double margin(int q) {
    double whole = queries.block.length(q) * greatest;
    return whole < RANGE ? form.error * whole + UNDERFLOW : Double.POSITIVE_INFINITY;
  }

  /** The product of the tails takes the place of its bound. */
  @Override
  public double refine(int q, int[] positions, int count, float[] scores, double bound) {
    int tail = form.dim - form.head;
    if (width == form.dim || tail == 0) {
      return -1; // they are whole products already
    }
    share.left(count);
    float[] query = queries.tails[q];
    for (int i = 0; i < count; i++) {
      int j = positions[i];
      onAxes.get(j * form.dim + form.head, row, 0, tail);
      float product = rowMath.dot(query, 0, row, 0, tail);
      scores[j] += product - queries.lengths[q] * tails[j];
    }
    return margin(q);
  }

  @Override
  public void close() {
    projected.close();
    scores.close();
  }
}

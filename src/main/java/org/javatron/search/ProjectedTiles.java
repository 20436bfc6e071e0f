package org.javatron.search;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.javatron.kernels.Blas;
import org.javatron.kernels.RowMath;

/** One thread's tile of passages, as they are and on the axes of a {@link ProjectedForm}. */
final class ProjectedTiles implements ScanForm.Tiles {
  /** More than what underflow may take. */
  private static final double UNDERFLOW = 0x1p-110;

  private static final double RANGE = 0x1p120;

  private final ProjectedForm form;
  private final ProjectedQueries queries;
  private final FloatPointer scratch;
  private final HeadChoice choice;
  private final RowMath rowMath = RowMath.fastest();
  private final FloatPointer projected; // [rows, some]: the head, and the axes behind it
  private final FloatBuffer onAxes;
  private final FloatPointer scores;
  private final FloatBuffer products;
  private final float[] tails; // behind the head
  private final float[] rests; // behind the axes that a second look takes
  private final float[] row;
  private final float[] onRow;
  private final float[] onQuery;
  private FloatPointer tile;
  private int rows;
  private int head; // which; the last is all
  private int some; // axes
  private int firstQuery;
  private double greatest;

  ProjectedTiles(ProjectedForm form, ProjectedQueries queries, FloatPointer scratch) {
    this.form = form;
    this.queries = queries;
    this.scratch = scratch;
    choice = new HeadChoice(form.costs, form.likely);
    int most = Math.min(form.queryTile, queries.block.rows());
    projected = new FloatPointer((long) form.passageTile * form.dim);
    onAxes = projected.asBuffer();
    scores = new FloatPointer((long) most * form.passageTile);
    products = scores.asBuffer();
    tails = new float[form.passageTile];
    rests = new float[form.passageTile];
    row = new float[form.dim];
    onRow = new float[form.dim];
    onQuery = new float[ProjectedForm.NEXT];
  }

  private boolean whole() {
    return head == form.heads.length - 1;
  }

  @Override
  public void open(int index, int from, int rows) {
    this.rows = rows;
    FloatBuffer values = form.passages.tile(from, rows, scratch.asBuffer());
    tile = new FloatPointer(values);
    head = choice.next();
    some = form.onAxes(head);
    if (!whole()) {
      form.project(rows, some, tile, projected);
    }
    greatest = 0;
    for (int i = 0; i < rows; i++) {
      values.get(i * form.dim, row, 0, form.dim);
      double most = form.length(row);
      greatest = Math.max(greatest, most);
      if (!whole()) {
        onAxes.get(i * some, onRow, 0, some);
        tails[i] = form.tail(most, onRow, form.heads[head]);
        rests[i] = form.tail(most, onRow, some);
      }
    }
  }

  @Override
  public void multiply(int q, int m) {
    firstQuery = q;
    int dim = form.dim;
    int length = form.heads[head];
    FloatPointer left = whole() ? queries.block.values(q) : queries.projected(q);
    FloatPointer right = whole() ? tile : projected;
    int step = whole() ? dim : some;
    Blas.rowsTimesRows(m, rows, length, 1f, left, dim, right, step, 0f, scores, rows);
  }

  @Override
  public double scores(int q, float[] scores) {
    products.get((q - firstQuery) * rows, scores, 0, rows);
    if (whole()) {
      return ofVectors(q);
    }
    choice.compared(rows);
    rowMath.addScaled(scores, 0, tails, 0, rows, queries.tails[head][q]);
    return onAxes(q);
  }

  /** The margin of a product of heads and the bound of what is behind them. */
  private double onAxes(int q) {
    double lengths = queries.block.length(q) * greatest;
    return lengths < RANGE ? form.error * lengths + UNDERFLOW : Double.POSITIVE_INFINITY;
  }

  /** The margin of a product of the vectors as they are. */
  private double ofVectors(int q) {
    return ScanMargin.of(Metric.INNER_PRODUCT, form.dim, queries.block.length(q), 0, greatest);
  }

  /**
   * The product on the axes behind the head takes the place of a piece of the bound; where that
   * does not exclude a passage, the product of the vectors as they are takes the place of all.
   */
  @Override
  public double refine(int q, int[] positions, int count, float[] scores, double bound) {
    if (whole()) {
      return -1; // they are such products already
    }
    choice.left(head, count);
    int length = form.heads[head];
    int next = some - length;
    queries.projected(q).getPointer(length).get(onQuery, 0, next);
    float ofTail = queries.tails[head][q];
    float ofRest = queries.tails[Math.min(head + 1, form.heads.length - 1)][q];
    double least = bound - onAxes(q);
    FloatPointer query = queries.block.values(q);
    for (int i = 0; i < count; i++) {
      int j = positions[i];
      onAxes.get(j * some + length, onRow, 0, next);
      float product = rowMath.dot(onQuery, 0, onRow, 0, next);
      float score = scores[j] - ofTail * tails[j] + product + ofRest * rests[j];
      scores[j] =
          score < least
              ? Float.NEGATIVE_INFINITY
              : Blas.dot(form.dim, query, tile.getPointer((long) j * form.dim));
    }
    return ofVectors(q);
  }

  @Override
  public void close() {
    projected.close();
    scores.close();
  }
}

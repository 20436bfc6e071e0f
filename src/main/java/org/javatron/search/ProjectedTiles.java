package org.javatron.search;

import java.nio.FloatBuffer;
import java.util.Arrays;
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
  private final HeadChoice[] choices; // one, or one for each tile of queries
  private HeadChoice choice; // for the queries at hand; null before the first of a tile
  private final RowMath rowMath = RowMath.fastest();
  private final FloatPointer projected; // [rows, dim], the first axes only
  private final FloatBuffer onAxes;
  private final FloatPointer scores;
  private final FloatBuffer products;
  private final double[] lengths;
  private final double[] squares; // of the axes there are
  private final float[][] tails; // behind each head for which there are axes
  private final float[] next; // [rows, NEXT]: the axes behind the head at hand
  private final float[] row;
  private final FloatPointer asked; // on the axes
  private final float[] onQuery;
  private final float[] looked; // products of second looks
  private final int[] left; // rows
  private FloatPointer tile;
  private FloatPointer passage; // in the tile
  private int rows;
  private int ready; // axes
  private int head; // which; the last is all
  private int firstQuery;
  private double greatest;

  ProjectedTiles(ProjectedForm form, ProjectedQueries queries, FloatPointer scratch) {
    this.form = form;
    this.queries = queries;
    this.scratch = scratch;
    int most = Math.min(form.queryTile, queries.block.rows());
    choices = new HeadChoice[form.apart ? (queries.block.rows() + most - 1) / most : 1];
    Arrays.setAll(choices, i -> new HeadChoice(form.costs, form.likely));
    projected = new FloatPointer((long) form.passageTile * form.dim);
    onAxes = projected.asBuffer();
    scores = new FloatPointer((long) most * form.passageTile);
    products = scores.asBuffer();
    lengths = new double[form.passageTile];
    squares = new double[form.passageTile];
    tails = new float[form.heads.length][form.passageTile];
    next = new float[form.passageTile * ProjectedForm.NEXT];
    row = new float[form.dim];
    asked = queries.projected(0);
    onQuery = new float[ProjectedForm.NEXT];
    looked = new float[form.passageTile];
    left = new int[form.passageTile];
  }

  private boolean whole() {
    return head == form.heads.length - 1;
  }

  @Override
  public void open(int index, int from, int rows) {
    this.rows = rows;
    FloatBuffer values = form.passages.tile(from, rows, scratch.asBuffer());
    tile = new FloatPointer(values);
    passage = new FloatPointer(values);
    choice = null;
    ready = 0;
    Arrays.fill(squares, 0);
    greatest = 0;
    for (int i = 0; i < rows; i++) {
      values.get(i * form.dim, row, 0, form.dim);
      lengths[i] = form.length(row);
      greatest = Math.max(greatest, lengths[i]);
    }
  }

  /** Puts the passages on more axes, so that this head and the next have theirs. */
  private void prepare() {
    int axes = form.onAxes(head);
    if (ready < axes) {
      form.project(rows, ready, axes, tile, projected);
      for (int i = 0; i < rows; i++) {
        onAxes.get(i * form.dim + ready, row, 0, axes - ready);
        double square = squares[i];
        for (int from = ready; from < axes; from += ProjectedForm.NEXT) {
          int some = Math.min(ProjectedForm.NEXT, axes - from);
          square += rowMath.dot(row, from - ready, row, from - ready, some);
          tails[from / ProjectedForm.NEXT][i] = form.tail(lengths[i], square, from + some);
        }
        squares[i] = square;
      }
      ready = axes;
    }
    int length = form.heads[head];
    for (int i = 0; i < rows; i++) {
      onAxes.get(i * form.dim + length, next, i * (axes - length), axes - length);
    }
  }

  @Override
  public void multiply(int q, int m) {
    firstQuery = q;
    if (choice == null || choices.length > 1) {
      int before = choice == null ? -1 : head;
      choice = choices[choices.length == 1 ? 0 : q / form.queryTile];
      head = choice.next();
      if (head != before && !whole()) {
        prepare();
      }
    }
    int dim = form.dim;
    FloatPointer left = whole() ? queries.block.values(q) : queries.projected(q);
    FloatPointer right = whole() ? tile : projected;
    Blas.rowsTimesRows(m, rows, form.heads[head], 1f, left, dim, right, dim, 0f, scores, rows);
  }

  @Override
  public double scores(int q, float[] scores) {
    products.get((q - firstQuery) * rows, scores, 0, rows);
    if (whole()) {
      return ofVectors(q);
    }
    choice.compared(rows);
    rowMath.addScaled(scores, 0, tails[head], 0, rows, queries.tails[head][q]);
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
    int after = Math.min(head + 1, form.heads.length - 1);
    int length = form.heads[head];
    int some = form.heads[after] - length;
    asked.position((long) q * form.dim + length).get(onQuery, 0, some);
    rowMath.dotRows(onQuery, 0, next, positions, count, some, looked);
    float ofTail = queries.tails[head][q];
    float ofRest = queries.tails[after][q];
    float[] tails = this.tails[head];
    float[] rests = this.tails[after];
    double least = bound - onAxes(q);
    int rest = 0;
    for (int i = 0; i < count; i++) {
      int j = positions[i];
      float score = scores[j] - ofTail * tails[j] + looked[i] + ofRest * rests[j];
      scores[j] = Float.NEGATIVE_INFINITY;
      if (!(score < least)) {
        left[rest++] = j;
      }
    }
    if (rest > 0) {
      FloatPointer query = queries.block.values(q);
      for (int i = 0; i < rest; i++) {
        passage.position((long) left[i] * form.dim);
        scores[left[i]] = Blas.dot(form.dim, query, passage);
      }
    }
    return ofVectors(q);
  }

  @Override
  public void close() {
    projected.close();
    scores.close();
  }
}

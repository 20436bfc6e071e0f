package org.javatron.search;

import org.bytedeco.javacpp.FloatPointer;
import org.javatron.kernels.Blas;

/** A block of queries on the axes of a {@link ProjectedForm}. */
final class ProjectedQueries implements ScanForm.Queries {
  final QueryBlock block;
  final FloatPointer projected;

  /** The tails, and their lengths, rounded upwards. */
  final float[][] tails;

  final float[] lengths;

  private final ProjectedForm form;

  ProjectedQueries(ProjectedForm form, QueryBlock block) {
    this.form = form;
    this.block = block;
    projected = new FloatPointer((long) block.rows() * form.dim);
    tails = new float[block.rows()][form.dim - form.head];
    lengths = new float[block.rows()];
  }

  @Override
  public void load(int q, int count, float[] values) {
    int dim = form.dim;
    FloatPointer target = projected(q);
    Blas.rowsTimesRows(count, dim, dim, 1f, block.values(q), dim, form.axes, dim, 0f, target, dim);
    float[] row = new float[dim];
    for (int i = 0; i < count; i++) {
      projected(q + i).get(row);
      System.arraycopy(row, form.head, tails[q + i], 0, dim - form.head);
      lengths[q + i] = form.length(row, form.head);
    }
  }

  /** A query's values on the axes and those of the queries behind it. */
  FloatPointer projected(int q) {
    return projected.getPointer((long) q * form.dim);
  }

  @Override
  public ScanForm.Tiles tiles(FloatPointer tile) {
    return new ProjectedTiles(form, this, tile);
  }

  @Override
  public void close() {
    projected.close();
  }
}

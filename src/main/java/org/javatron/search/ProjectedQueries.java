package org.javatron.search;

import org.bytedeco.javacpp.FloatPointer;
import org.javatron.kernels.RowMath;

/** A block of queries on the axes of a {@link ProjectedForm}. */
final class ProjectedQueries implements ScanForm.Queries {
  final QueryBlock block;
  private final FloatPointer projected; // [rows, dim]

  /** How long the tails behind each head can be, {@code [head][query]}. */
  final float[][] tails;

  private final ProjectedForm form;
  private final RowMath rowMath = RowMath.fastest();

  ProjectedQueries(ProjectedForm form, QueryBlock block) {
    this.form = form;
    this.block = block;
    projected = new FloatPointer((long) block.rows() * form.dim);
    tails = new float[form.heads.length][block.rows()];
  }

  @Override
  public void load(int q, int count, float[] values) {
    int dim = form.dim;
    form.project(count, 0, dim, block.values(q), projected(q));
    float[] row = new float[dim];
    for (int i = 0; i < count; i++) {
      projected(q + i).get(row);
      for (int head = 0; head < form.heads.length; head++) {
        double length = block.length(q + i) * (1 + 0x1p-30);
        int axes = form.heads[head];
        tails[head][q + i] = form.tail(length, rowMath.dot(row, 0, row, 0, axes), axes);
      }
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

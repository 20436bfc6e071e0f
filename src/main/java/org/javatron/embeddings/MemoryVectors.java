package org.javatron.embeddings;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Objects;

/** Vectors in an array, for collections that need no files. Not copied: leave the array alone. */
public final class MemoryVectors implements Vectors {
  private final float[] values;
  private final int dim;
  private final List<String> ids;

  /**
   * Vectors with their ids.
   *
   * @param values float32 {@code [ids.size(), dim]}, row-major
   * @param dim values in a row, 1 or more
   * @param ids one for each row
   */
  public MemoryVectors(float[] values, int dim, List<String> ids) {
    if (dim < 1 || values.length != (long) ids.size() * dim) {
      throw new IllegalArgumentException(
          String.format("%d values are not %d rows of %d", values.length, ids.size(), dim));
    }
    this.values = values;
    this.dim = dim;
    this.ids = ids;
  }

  @Override
  public long rows() {
    return ids.size();
  }

  @Override
  public int dim() {
    return dim;
  }

  @Override
  public String id(long ordinal) {
    return ids.get(Math.toIntExact(ordinal));
  }

  @Override
  public FloatBuffer tile(long from, int count, FloatBuffer scratch) {
    Objects.checkFromIndexSize(from, count, rows());
    return scratch.duplicate().clear().put(values, (int) from * dim, count * dim).flip();
  }

  @Override
  public void read(long from, int count, float[] target, int offset) {
    Objects.checkFromIndexSize(from, count, rows());
    System.arraycopy(values, (int) from * dim, target, offset, count * dim);
  }
}

package org.javatron.search;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.javatron.embeddings.Vectors;

/**
 * Vectors in one array that grows, with ids that are all different. Not thread-safe while it grows.
 */
final class GrowingVectors implements Vectors {
  private final int dim;
  private final List<String> ids = new ArrayList<>();
  private final Map<String, Integer> rowOf = new HashMap<>();
  private float[] values = new float[0];

  GrowingVectors(int dim) {
    if (dim < 1) {
      throw new IllegalArgumentException("vectors need a dimension of 1 or more, not " + dim);
    }
    this.dim = dim;
  }

  /** Adds rows, all or none: nothing is added if one of them is refused. */
  void add(List<String> more, float[] rows) {
    if (rows.length != (long) more.size() * dim) {
      throw new IllegalArgumentException(
          String.format("%d values are not %d rows of %d", rows.length, more.size(), dim));
    }
    for (int i = 0; i < rows.length; i++) {
      if (!Float.isFinite(rows[i])) {
        throw new IllegalArgumentException(
            String.format(
                "vector \"%s\" (row %d) has %s in dimension %d, expected a finite value",
                more.get(i / dim), ids.size() + i / dim, rows[i], i % dim));
      }
    }
    long needed = (ids.size() + (long) more.size()) * dim;
    if (needed > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          needed + " values are more than vectors in memory may have (2147483639)");
    }
    requireNew(more);
    if (needed > values.length) {
      long room = Math.max(needed, Math.min(values.length * 3L / 2, Integer.MAX_VALUE - 8));
      values = Arrays.copyOf(values, (int) room);
    }
    System.arraycopy(rows, 0, values, ids.size() * dim, rows.length);
    ids.addAll(more);
  }

  private void requireNew(List<String> more) {
    for (int i = 0; i < more.size(); i++) {
      Integer first = rowOf.putIfAbsent(more.get(i), ids.size() + i);
      if (first != null) {
        more.subList(0, i).forEach(rowOf::remove);
        throw new IllegalArgumentException(
            String.format(
                "the id \"%s\" comes twice, in rows %d and %d",
                more.get(i), first, ids.size() + i));
      }
    }
  }

  int ordinal(String id) {
    return rowOf.getOrDefault(id, -1);
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

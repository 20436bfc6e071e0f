package org.javatron.embeddings;

import java.util.List;

/**
 * The coordinates in which vectors are coded: on principal axes, in parts, each of them rotated.
 * The first parts together are a head, what follows them its tail.
 *
 * <p>The axes gather what matters in the first parts, so that a scan need not read the others of
 * most passages; the rotations spread it evenly within a part, so that one scale suits all values
 * of it. Inner products stay what they are, but for {@link #error}.
 */
public final class Int8Space {
  private final int dim;
  private final PrincipalAxes axes;
  private final int[] ends; // of the parts, in the vector on its axes
  private final Rotation[] rotations;
  private final int[] offsets; // of the parts, in the result; its size last
  private final double error;

  Int8Space(int dim, PrincipalAxes axes, List<Integer> heads, long seed) {
    this.dim = dim;
    this.axes = axes;
    ends = heads.stream().mapToInt(Integer::intValue).toArray();
    rotations = new Rotation[ends.length];
    offsets = new int[ends.length + 1];
    for (int part = 0; part < ends.length; part++) {
      rotations[part] = new Rotation(ends[part] - begin(part), seed + part);
      offsets[part + 1] = offsets[part] + rotations[part].size();
    }
    error = axes.error() + 3 * Rotation.ERROR;
  }

  private int begin(int part) {
    return part == 0 ? 0 : ends[part - 1];
  }

  /**
   * How many parts there are.
   *
   * @return 1 or more
   */
  public int parts() {
    return ends.length;
  }

  /**
   * Values of a part.
   *
   * @param part from 0 on
   * @return a multiple of 64
   */
  public int size(int part) {
    return offsets[part + 1] - offsets[part];
  }

  /**
   * Where a part begins in {@link #apply}'s result; behind the last one, the size of it.
   *
   * @param part from 0 to {@link #parts}
   * @return a multiple of 64
   */
  public int offset(int part) {
    return offsets[part];
  }

  /**
   * Values of all parts.
   *
   * @return a multiple of 64
   */
  public int size() {
    return offsets[ends.length];
  }

  /**
   * How far an inner product of results can lie from the vectors'.
   *
   * @return relative to their lengths, some 1e-10
   */
  public double error() {
    return error;
  }

  /**
   * Gives vectors in these coordinates.
   *
   * @param count how many
   * @param vectors {@code [count, dim]}
   * @param out gets {@code [count, size()]}, part after part
   */
  public void apply(int count, double[] vectors, double[] out) {
    double[] projected = new double[count * dim];
    axes.apply(count, vectors, projected);
    for (int row = 0; row < count; row++) {
      for (int part = 0; part < ends.length; part++) {
        rotations[part].apply(
            projected, row * dim + begin(part), out, row * size() + offsets[part]);
      }
    }
  }
}

package org.javatron.embeddings;

/**
 * The coordinates in which vectors are coded: on principal axes, of which the first are the head
 * and the others the tail, and either part rotated.
 *
 * <p>The axes gather what matters in the head, so that a scan need not read the tail of most
 * passages; the rotations spread it evenly within either, so that one scale suits all values of it.
 * Inner products stay what they are, but for {@link #error}.
 */
public final class Int8Space {
  private final int dim;
  private final int head;
  private final PrincipalAxes axes;
  private final Rotation heads;
  private final Rotation tails; // null if all is head
  private final double error;

  Int8Space(int dim, PrincipalAxes axes, int head, long seed) {
    this.dim = dim;
    this.head = head;
    this.axes = axes;
    heads = new Rotation(head, seed);
    tails = head == dim ? null : new Rotation(dim - head, seed + 1);
    error = axes.error() + 3 * Rotation.ERROR;
  }

  /**
   * Values of a head.
   *
   * @return a multiple of 64
   */
  public int headSize() {
    return heads.size();
  }

  /**
   * Values of a tail.
   *
   * @return a multiple of 64, 0 if all is head
   */
  public int tailSize() {
    return tails == null ? 0 : tails.size();
  }

  /** How far an inner product of results can lie from the vectors', relative to their lengths. */
  double error() {
    return error;
  }

  /**
   * Gives vectors in these coordinates.
   *
   * @param count how many
   * @param vectors {@code [count, dim]}
   * @param headsOut gets {@code [count, headSize()]}
   * @param tailsOut gets {@code [count, tailSize()]}
   */
  public void apply(int count, double[] vectors, double[] headsOut, double[] tailsOut) {
    double[] projected = new double[count * dim];
    axes.apply(count, vectors, projected);
    for (int row = 0; row < count; row++) {
      heads.apply(projected, row * dim, headsOut, row * headSize());
      if (tails != null) {
        tails.apply(projected, row * dim + head, tailsOut, row * tailSize());
      }
    }
  }
}

package org.javatron.kernels;

/**
 * Which widths of a model the CUDA kernels serve: they read rows 8 values at a time and keep a
 * head's row in registers. Known without CUDA, so that it is said before anything is loaded.
 */
public final class CudaWidths {
  /** Hidden and intermediate sizes are multiples of it: values that a thread reads at once. */
  public static final int PIECE = 8;

  /** The most columns of a head. */
  public static final int WIDEST_HEAD = 128;

  private CudaWidths() {}

  /**
   * Makes sure that a model is served.
   *
   * @param hidden H
   * @param intermediate I
   * @param heads A, a divisor of H
   * @throws IllegalArgumentException if it is not; the message says what is, and what to do
   */
  public static void require(int hidden, int intermediate, int heads) {
    if (hidden % PIECE != 0 || intermediate % PIECE != 0) {
      throw new IllegalArgumentException(
          ("the CUDA kernels take hidden and intermediate sizes that are multiples of %d; this"
                  + " model's are %d and %d: take --kernels cpu")
              .formatted(PIECE, hidden, intermediate));
    }
    if (hidden / heads > WIDEST_HEAD) {
      throw new IllegalArgumentException(
          "the CUDA kernels take heads of up to %d columns; this model's have %d: take --kernels cpu"
              .formatted(WIDEST_HEAD, hidden / heads));
    }
  }
}

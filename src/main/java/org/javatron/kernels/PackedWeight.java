package org.javatron.kernels;

/**
 * A linear layer's weight [n, k] a second time, in the order in which few tokens want it.
 *
 * <p>A query has ten tokens, so each weight is used ten times and reading the weights from memory
 * takes as long as computing. BLAS reads them, writes them in its own order and reads that: made
 * for hundreds of rows, where it does not matter. Here the order is kept: panels of {@link
 * RowMath#panelWidth} rows of the weight, each transposed to [k, width], so that a product streams
 * through a panel once, {@link RowMath#PANEL_ROWS} tokens at a time, and the next tokens find it in
 * the core's cache. The arrays are on the heap, since vectors load from those on every JDK.
 */
final class PackedWeight {
  private final int n;
  private final int k;
  private final int width;
  private final float[][] panels;

  /** Copies a weight; missing rows of the last panel are 0. */
  PackedWeight(Floats weight, int n, int k, int width) {
    this.n = n;
    this.k = k;
    this.width = width;
    panels = new float[(n + width - 1) / width][k * width];
    float[] row = new float[k];
    for (int j = 0; j < n; j++) {
      weight.read((long) j * k, row, 0, k);
      float[] panel = panels[j / width];
      for (int i = 0; i < k; i++) {
        panel[i * width + j % width] = row[i];
      }
    }
  }

  int panels() {
    return panels.length;
  }

  /** The first of the result's columns that a panel gives. */
  int column(int panel) {
    return panel * width;
  }

  /** How many of the result's columns a panel gives. */
  int width(int panel) {
    return Math.min(width, n - column(panel));
  }

  long bytes() {
    return (long) panels.length * k * width * Float.BYTES;
  }

  /**
   * {@code out = x panelᵀ}.
   *
   * @param x [rows, k]
   * @param out gets [rows, {@link #stride}]; has room for {@link RowMath#PANEL_ROWS} rows more
   */
  void multiply(RowMath math, int panel, float[] x, int rows, float[] out) {
    int some;
    for (int r = 0; r < rows; r += some) {
      some = together(rows - r);
      math.multiplyPanel(x, r * k, some, k, panels[panel], out, r * width);
    }
  }

  /** As many rows at once as there may be, but two fours rather than a six and a rest. */
  private static int together(int left) {
    return left == 7 || left == 8 ? 4 : Math.min(left, RowMath.PANEL_ROWS);
  }

  /** The distance between rows of what {@link #multiply} writes. */
  int stride() {
    return width;
  }
}

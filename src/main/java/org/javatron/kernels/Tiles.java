package org.javatron.kernels;

/**
 * How a matrix [rows, columns] that a product writes is cut into tiles for several threads.
 *
 * <p>Large tiles waste less: BLAS copies the rows of both factors into its own order once a tile.
 * Small ones share better among the threads. So a tile has 512 x 768 values (96 % of BLAS's rate)
 * unless that leaves fewer than two tiles a thread; then it is halved, down to 128 rows (88 %), and
 * for the few rows of a single query over the columns.
 */
final class Tiles {
  private static final int ROWS = 512;
  private static final int FEWEST_ROWS = 128;
  private static final int COLUMNS = 768;
  private static final int FEWEST_COLUMNS = 96;

  private final int rows;
  private final int columns;
  private final int height;
  private final int width;
  private final int across;

  private Tiles(int rows, int columns, int height, int width) {
    this.rows = rows;
    this.columns = columns;
    this.height = height;
    this.width = width;
    this.across = parts(columns, width);
  }

  static Tiles of(int rows, int columns, int threads) {
    int height = evenly(rows, ROWS);
    int width = evenly(columns, COLUMNS);
    int wanted = threads == 1 ? 1 : 2 * threads;
    while (parts(rows, height) * parts(columns, width) < wanted) {
      if (height > FEWEST_ROWS) {
        height = parts(height, 2);
      } else if (width > FEWEST_COLUMNS) {
        width = parts(width, 2);
      } else {
        break;
      }
    }
    return new Tiles(rows, columns, height, width);
  }

  /** The size of equal parts, none greater than {@code most}. */
  private static int evenly(int whole, int most) {
    return parts(whole, parts(whole, most));
  }

  private static int parts(int whole, int size) {
    return (whole + size - 1) / size;
  }

  int count() {
    return parts(rows, height) * across;
  }

  int row(int tile) {
    return tile / across * height;
  }

  int column(int tile) {
    return tile % across * width;
  }

  int height(int tile) {
    return Math.min(height, rows - row(tile));
  }

  int width(int tile) {
    return Math.min(width, columns - column(tile));
  }
}

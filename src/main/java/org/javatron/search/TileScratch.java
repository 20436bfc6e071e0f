package org.javatron.search;

import java.io.Closeable;
import org.bytedeco.javacpp.FloatPointer;
import org.javatron.kernels.Blas;

/** What one thread needs to compare a tile of passages with a tile of queries. */
final class TileScratch implements Closeable {
  /** Up to so many queries are multiplied one by one, as fast as memory gives the passages. */
  private static final int FEW_QUERIES = 8;

  /** Passages that stay in a core's second cache while few queries pass over them. */
  private static final int CACHED_PASSAGES = 128;

  final FloatPointer tile;
  final FloatPointer scores;
  final float[] row;
  final int[] positions;
  final float[] squares;
  final CanonicalScores exact;
  private final int dim;

  TileScratch(TileScan.Task task, int passageTile, int queryTile) {
    dim = task.passages().dim();
    tile = new FloatPointer((long) passageTile * dim);
    scores = new FloatPointer((long) queryTile * passageTile);
    row = new float[passageTile];
    positions = new int[passageTile];
    squares = new float[passageTile];
    exact = new CanonicalScores(task.metric(), task.passages(), task.queries());
  }

  static long bytes(int passageTile, int queryTile, int dim) {
    long tile = passageTile;
    return tile * queryTile * Float.BYTES
        + tile * dim * Float.BYTES
        + tile * (2 * Float.BYTES + Integer.BYTES)
        + CanonicalScores.bytes(dim);
  }

  /** Inner products [m, rows] of queries [m, dim] and passages [rows, dim]. */
  void multiply(FloatPointer queries, int m, FloatPointer passages, int rows) {
    if (m > FEW_QUERIES) {
      Blas.rowsTimesRows(m, rows, dim, 1f, queries, dim, passages, dim, 0f, scores, rows);
      return;
    }
    for (int from = 0; from < rows; from += CACHED_PASSAGES) {
      int some = Math.min(CACHED_PASSAGES, rows - from);
      FloatPointer part = passages.getPointer((long) from * dim);
      for (int q = 0; q < m; q++) {
        FloatPointer target = scores.getPointer((long) q * rows + from);
        Blas.rowsTimesVector(some, dim, part, dim, queries.getPointer((long) q * dim), target);
      }
    }
  }

  /** Makes of one query's inner products the scan's scores of the metric. */
  void toScores(Metric metric, double length, int rows) {
    switch (metric) {
      case INNER_PRODUCT -> {}
      case L2 -> {
        float square = (float) (length * length);
        for (int i = 0; i < rows; i++) {
          row[i] = 2 * row[i] - squares[i] - square;
        }
      }
      case COSINE -> {
        float reciprocal = (float) (1 / length);
        for (int i = 0; i < rows; i++) {
          row[i] = row[i] * (float) (1 / Math.sqrt(squares[i])) * reciprocal;
        }
      }
    }
  }

  @Override
  public void close() {
    tile.close();
    scores.close();
  }
}

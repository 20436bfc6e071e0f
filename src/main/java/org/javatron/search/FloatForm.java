package org.javatron.search;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.javatron.embeddings.Vectors;
import org.javatron.kernels.Blas;

/** The passages as they are: float32, multiplied by BLAS. {@link ScanMargin} says how near. */
final class FloatForm implements ScanForm {
  /** Up to so many queries are multiplied one by one, as fast as memory gives the passages. */
  private static final int FEW_QUERIES = 8;

  /** Passages that stay in a core's second cache while few queries pass over them. */
  private static final int CACHED_PASSAGES = 128;

  private final Vectors passages;
  private final Metric metric;
  private final int dim;
  private final int passageTile;
  private final int queryTile;
  private final TileNorms norms;

  FloatForm(Vectors passages, Metric metric, int passageTile, int queryTile) {
    this.passages = passages;
    this.metric = metric;
    this.dim = passages.dim();
    this.passageTile = passageTile;
    this.queryTile = queryTile;
    long tiles = passages.rows() / passageTile + 1;
    norms = new TileNorms(metric, dim, (int) Math.min(tiles, Integer.MAX_VALUE - 8));
  }

  @Override
  public long bytesOfQuery() {
    return 0;
  }

  @Override
  public long bytesOfWorker(int passageTile, int queryTile) {
    return (long) passageTile * queryTile * Float.BYTES + (long) passageTile * Float.BYTES;
  }

  @Override
  public int slack(int depth) {
    return Math.max(depth / 2, TopK.LEAST_NEW);
  }

  @Override
  public Queries queries(QueryBlock block) {
    int most = Math.min(queryTile, block.rows());
    return new Queries() {
      @Override
      public void load(int q, int count, float[] values) {} // they are multiplied where they are

      @Override
      public Tiles tiles(FloatPointer tile) {
        return new FloatTiles(block, tile, most);
      }

      @Override
      public void close() {}
    };
  }

  private final class FloatTiles implements Tiles {
    private final QueryBlock block;
    private final FloatPointer scratch;
    private final FloatPointer scores;
    private final FloatBuffer products;
    private final float[] squares = new float[passageTile];
    private FloatPointer tile;
    private TileNorms.Range range;
    private int rows;
    private int first;

    FloatTiles(QueryBlock block, FloatPointer scratch, int queryTile) {
      this.block = block;
      this.scratch = scratch;
      scores = new FloatPointer((long) queryTile * passageTile);
      products = scores.asBuffer();
    }

    @Override
    public void open(int index, int from, int rows) {
      this.rows = rows;
      tile = new FloatPointer(passages.tile(from, rows, scratch.asBuffer()));
      range = norms.of(index, tile, rows, squares);
    }

    @Override
    public void multiply(int q, int m) {
      first = q;
      if (m > FEW_QUERIES) {
        Blas.rowsTimesRows(m, rows, dim, 1f, block.values(q), dim, tile, dim, 0f, scores, rows);
        return;
      }
      for (int from = 0; from < rows; from += CACHED_PASSAGES) {
        int some = Math.min(CACHED_PASSAGES, rows - from);
        FloatPointer part = tile.getPointer((long) from * dim);
        for (int i = 0; i < m; i++) {
          FloatPointer target = scores.getPointer((long) i * rows + from);
          Blas.rowsTimesVector(some, dim, part, dim, block.values(q + i), target);
        }
      }
    }

    @Override
    public double scores(int q, float[] row) {
      double length = block.length(q);
      products.get((q - first) * rows, row, 0, rows);
      toScores(row, length);
      return ScanMargin.of(metric, dim, length, range.least(), range.greatest());
    }

    /** Makes of inner products the metric's scores. */
    private void toScores(float[] row, double length) {
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
      scores.close();
    }
  }
}

package org.javatron.search;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.javatron.embeddings.Vectors;
import org.javatron.io.InputException;
import org.javatron.io.Progress;
import org.javatron.kernels.Blas;
import org.javatron.kernels.RowMath;
import org.javatron.kernels.Workers;

/**
 * Exact search by tiles: a block of queries is held in memory, the passages stream by in tiles, and
 * each tile's scores are one matrix product, of which only what reaches a query's current threshold
 * is looked at.
 *
 * <p>Workers take tiles one after another and share each query's {@link TopK}, so one query keeps
 * all threads busy and many queries read the passages once for the whole block. Scores are sums in
 * float32 whose last bits depend on OpenBLAS and on the shape of the product, so passages whose
 * scores agree but for rounding may change places with other tiles; equal scores never do.
 *
 * <p>Cost: {@code 2 * Q * N * dim} operations; for few queries, the reading of {@code N * dim}
 * values. Memory: {@link #plan} says it. Thread-safe: searches that run at once take turns at the
 * tiles. Does not close its vectors.
 *
 * <p>Source: the tile loop after Faiss, utils/distances.cpp, exhaustive_inner_product_blas, which
 * differs in its order of ties and scans every score into a heap.
 */
public final class ExactSearcher implements PlannedSearcher {
  /** Up to so many queries are multiplied one by one, as fast as memory gives the passages. */
  private static final int FEW_QUERIES = 8;

  /** Passages that stay in a core's second cache while few queries pass over them. */
  private static final int CACHED_PASSAGES = 128;

  private final Vectors passages;
  private final SearchOptions options;
  private final Workers workers;
  private final RowMath rowMath = RowMath.fastest();

  /**
   * A searcher over these passages.
   *
   * @param passages float32 [N, dim], finite
   * @param options threads, tiles and memory
   */
  public ExactSearcher(Vectors passages, SearchOptions options) {
    this.passages = passages;
    this.options = options;
    Blas.singleThreaded(); // whatever ND4J may have set in this process before
    this.workers = new Workers(options.threads());
  }

  @Override
  public SearchPlan plan(long queries, int depth) throws IOException {
    return SearchPlan.of(passages.rows(), passages.dim(), queries, depth, options);
  }

  @Override
  public void search(Vectors queries, int depth, Progress progress, Results results)
      throws IOException {
    Checks.arguments(passages, queries, depth);
    SearchPlan plan = plan(queries.rows(), depth);
    try (Pass pass = new Pass(queries, plan)) {
      for (long first = 0; first < queries.rows(); first += plan.queryBlock()) {
        pass.run(first, (int) Math.min(plan.queryBlock(), queries.rows() - first), progress);
        pass.deliver(results);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause(); // from a worker, which can throw nothing else
    }
  }

  /** Ends the threads. */
  @Override
  public void close() {
    workers.close();
  }

  /** The memory of one search, used again for each block of queries. */
  private final class Pass implements Closeable {
    private final Vectors queries;
    private final int queryTile;
    private final FloatPointer block;
    private final TopK[] best;
    private final Scratch[] scratch;
    private long first;
    private int count;

    Pass(Vectors queries, SearchPlan plan) {
      this.queries = queries;
      this.queryTile = plan.queryTile();
      int rows = (int) Math.min(plan.queryBlock(), queries.rows());
      block = new FloatPointer((long) rows * passages.dim());
      best = new TopK[rows];
      for (int q = 0; q < rows; q++) {
        best[q] = new TopK(plan.depth(), (int) passages.rows());
      }
      scratch = new Scratch[workers.threads()];
      for (int w = 0; w < scratch.length; w++) {
        scratch[w] = new Scratch(options.passageTile(), queryTile, passages.dim());
      }
    }

    /** Compares the queries from {@code first} on with all passages. */
    void run(long firstQuery, int queryCount, Progress progress) throws IOException {
      first = firstQuery;
      count = queryCount;
      load();
      int tile = options.passageTile();
      int tiles = (int) ((passages.rows() + tile - 1) / tile);
      // Few tiles would leave threads idle: then the queries are divided too.
      int queryTiles = (count + queryTile - 1) / queryTile;
      int parts = Math.min(queryTiles, 1 + 4 * workers.threads() / (tiles + 1));
      workers.run(
          tiles * parts,
          (task, worker) -> {
            long from = (long) (task / parts) * tile;
            int rows = (int) Math.min(tile, passages.rows() - from);
            int part = task % parts;
            int firstTile = part * queryTiles / parts;
            int lastTile = (part + 1) * queryTiles / parts;
            compare(from, rows, firstTile, lastTile, scratch[worker]);
            if (part == 0) {
              progress.step(rows);
            }
          });
    }

    private void load() throws IOException {
      int dim = passages.dim();
      int chunk = Math.min(count, 256);
      float[] values = new float[chunk * dim];
      for (int q = 0; q < count; q += chunk) {
        int rows = Math.min(chunk, count - q);
        queries.read(first + q, rows, values, 0);
        Checks.finite(queries, first + q, values, rows * dim);
        row(block, q, dim).put(values, 0, rows * dim);
      }
      for (int q = 0; q < count; q++) {
        best[q].clear();
      }
    }

    private void compare(long from, int rows, int firstTile, int lastTile, Scratch mine) {
      FloatPointer tile = new FloatPointer(passages.tile(from, rows, mine.tile.asBuffer()));
      for (int q = firstTile * queryTile; q < Math.min(count, lastTile * queryTile); ) {
        int m = Math.min(queryTile, count - q);
        multiply(row(block, q, passages.dim()), m, tile, rows, mine.scores);
        FloatBuffer scores = mine.scores.asBuffer();
        for (int i = 0; i < m; i++) {
          scores.get(i * rows, mine.row, 0, rows);
          collect(q + i, (int) from, rows, mine);
        }
        q += m;
      }
    }

    private void collect(int query, int from, int rows, Scratch mine) {
      TopK top = best[query];
      int found = rowMath.collectReaching(mine.row, rows, top.threshold(), mine.positions);
      if (found == 0) {
        return;
      }
      for (int i = 0; i < found; i++) {
        float score = mine.row[mine.positions[i]];
        if (!Float.isFinite(score)) {
          throw notFinite(score, query, from + mine.positions[i]);
        }
      }
      top.offer(mine.row, mine.positions, found, from);
    }

    private UncheckedIOException notFinite(float score, int query, int passage) {
      InputException error;
      try {
        error = Checks.notFinite(score, queries.id(first + query), passages.id(passage));
      } catch (IOException e) {
        return new UncheckedIOException(e); // the ids are wrong too, which comes first
      }
      return new UncheckedIOException(error);
    }

    void deliver(Results results) throws IOException {
      for (int q = 0; q < count; q++) {
        results.accept(first + q, best[q].hits());
      }
    }

    @Override
    public void close() {
      block.close();
      for (Scratch each : scratch) {
        each.close();
      }
    }
  }

  /** Scores [m, rows] of queries [m, dim] and passages [rows, dim]. */
  private void multiply(
      FloatPointer queries, int m, FloatPointer tile, int rows, FloatPointer scores) {
    int dim = passages.dim();
    if (m > FEW_QUERIES) {
      Blas.rowsTimesRows(m, rows, dim, 1f, queries, dim, tile, dim, 0f, scores, rows);
      return;
    }
    for (int row = 0; row < rows; row += CACHED_PASSAGES) {
      int some = Math.min(CACHED_PASSAGES, rows - row);
      FloatPointer part = row(tile, row, dim);
      for (int q = 0; q < m; q++) {
        FloatPointer target = row(scores, (long) q * rows + row, 1);
        Blas.rowsTimesVector(some, dim, part, dim, row(queries, q, dim), target);
      }
    }
  }

  private static FloatPointer row(FloatPointer matrix, long row, int dim) {
    return matrix.getPointer(row * dim);
  }

  /** One worker's own memory. */
  private static final class Scratch implements Closeable {
    final FloatPointer tile;
    final FloatPointer scores;
    final float[] row;
    final int[] positions;

    Scratch(int passageTile, int queryTile, int dim) {
      tile = new FloatPointer((long) passageTile * dim);
      scores = new FloatPointer((long) queryTile * passageTile);
      row = new float[passageTile];
      positions = new int[passageTile];
    }

    @Override
    public void close() {
      tile.close();
      scores.close();
    }
  }
}

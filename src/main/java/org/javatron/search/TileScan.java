package org.javatron.search;

import java.io.Closeable;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.javatron.embeddings.Vectors;
import org.javatron.io.Progress;
import org.javatron.kernels.RowMath;
import org.javatron.kernels.Workers;

/** One search's pass over the passages, and its memory, used again for each block of queries. */
final class TileScan implements Closeable {
  /** Queries whose results are sorted at once, on all threads, before they are handed over. */
  private static final int DELIVERED = 64;

  /** What is searched and how. */
  record Task(Vectors passages, Vectors queries, Metric metric, Selector selector) {}

  private final Task task;
  private final int dim;
  private final int passageTile;
  private final int queryTile;
  private final Workers workers;
  private final TileNorms norms;
  private final RowMath rowMath = RowMath.fastest();
  private final FloatPointer block;
  private final double[] lengths;
  private final Collector[] collectors;
  private final TileScratch[] scratch;
  private long first;
  private int count;

  TileScan(
      Task task,
      SearchPlan plan,
      int passageTile,
      Workers workers,
      TileNorms norms,
      Supplier<Collector> collector) {
    this.task = task;
    this.dim = task.passages().dim();
    this.passageTile = passageTile;
    this.queryTile = plan.queryTile();
    this.workers = workers;
    this.norms = norms;
    int rows = (int) Math.min(plan.queryBlock(), task.queries().rows());
    block = new FloatPointer((long) rows * dim);
    lengths = new double[rows];
    collectors = new Collector[rows];
    for (int q = 0; q < rows; q++) {
      collectors[q] = collector.get();
    }
    scratch = new TileScratch[workers.threads()];
    for (int w = 0; w < scratch.length; w++) {
      scratch[w] = new TileScratch(task, passageTile, queryTile);
    }
  }

  /** Compares the queries from {@code first} on with all passages. */
  void run(long firstQuery, int queryCount, Progress progress) throws IOException {
    first = firstQuery;
    count = queryCount;
    load();
    long passages = task.passages().rows();
    int tiles = (int) ((passages + passageTile - 1) / passageTile);
    // Few tiles would leave threads idle: then the queries are divided too.
    int queryTiles = (count + queryTile - 1) / queryTile;
    int parts = Math.min(queryTiles, 1 + 4 * workers.threads() / (tiles + 1));
    workers.run(
        tiles * parts,
        (number, worker) -> {
          int tile = number / parts;
          int part = number % parts;
          int rows = (int) Math.min(passageTile, passages - (long) tile * passageTile);
          int firstTile = part * queryTiles / parts;
          int lastTile = (part + 1) * queryTiles / parts;
          compare(tile, rows, firstTile, lastTile, scratch[worker]);
          if (part == 0) {
            progress.step(rows);
          }
        });
  }

  private void load() throws IOException {
    int chunk = Math.min(count, 256);
    float[] values = new float[chunk * dim];
    for (int q = 0; q < count; q += chunk) {
      int rows = Math.min(chunk, count - q);
      task.queries().read(first + q, rows, values, 0);
      Checks.finite(task.queries(), first + q, values, rows * dim);
      query(q).put(values, 0, rows * dim);
      for (int i = 0; i < rows; i++) {
        lengths[q + i] = length(values, i * dim);
        collectors[q + i].clear();
      }
    }
  }

  private double length(float[] values, int from) {
    double square = 0;
    for (int i = from; i < from + dim; i++) {
      square += (double) values[i] * values[i];
    }
    return Math.sqrt(square);
  }

  private FloatPointer query(int q) {
    return block.getPointer((long) q * dim);
  }

  private void compare(int index, int rows, int firstTile, int lastTile, TileScratch mine) {
    int from = index * passageTile;
    if (task.selector().rejectsAll(from, from + rows)) {
      return;
    }
    FloatBuffer values = task.passages().tile(from, rows, mine.tile.asBuffer());
    FloatPointer tile = new FloatPointer(values);
    TileNorms.Range range = norms.of(index, tile, rows, mine.squares);
    for (int q = firstTile * queryTile; q < Math.min(count, lastTile * queryTile); ) {
      int m = Math.min(queryTile, count - q);
      mine.multiply(query(q), m, tile, rows);
      FloatBuffer scores = mine.scores.asBuffer();
      for (int i = 0; i < m; i++) {
        double length = lengths[q + i];
        double margin = ScanMargin.of(task.metric(), dim, length, range.least(), range.greatest());
        mine.exact.query(query(q + i), first + q + i);
        if (margin < Double.POSITIVE_INFINITY) {
          scores.get(i * rows, mine.row, 0, rows);
          mine.toScores(task.metric(), length, rows);
        } else { // or NaN
          for (int j = 0; j < rows; j++) {
            mine.row[j] = mine.exact.score(values, from, from + j);
          }
          margin = 0;
        }
        collect(collectors[q + i], from, rows, margin, mine);
      }
      q += m;
    }
  }

  private void collect(Collector collector, int from, int rows, double margin, TileScratch mine) {
    float least = Math.nextDown((float) (collector.bound() - margin));
    int found = rowMath.collectReaching(mine.row, rows, least, mine.positions);
    int accepted = 0;
    for (int i = 0; i < found; i++) {
      if (task.selector().accepts(from + mine.positions[i])) {
        mine.positions[accepted++] = mine.positions[i];
      }
    }
    if (accepted > 0) {
      collector.offer(mine.row, mine.positions, accepted, from, margin, mine.exact);
    }
  }

  /** Scores what is left canonically and hands the results over in the queries' order. */
  void deliver(Searcher.Results results) throws IOException {
    int groups = Math.min(count, workers.threads());
    workers.run(
        groups,
        (group, worker) -> {
          int from = (int) ((long) count * group / groups);
          int to = (int) ((long) count * (group + 1) / groups);
          score(from, to, scratch[worker]);
        });
    Hits[] hits = new Hits[DELIVERED];
    for (int q = 0; q < count; q += DELIVERED) {
      int from = q;
      int some = Math.min(DELIVERED, count - q);
      workers.run(some, (i, worker) -> hits[i] = collectors[from + i].hits());
      for (int i = 0; i < some; i++) {
        results.accept(first + q + i, hits[i]);
      }
    }
  }

  /**
   * Scores the candidates of some queries, all queries' of one part of the passages before those of
   * the next, so that a passage is read from memory once for all of them.
   */
  private void score(int from, int to, TileScratch mine) {
    int[] sizes = new int[to - from];
    int[] next = new int[to - from];
    long pending = 0;
    for (int q = from; q < to; q++) {
      sizes[q - from] = collectors[q].settle();
      pending += sizes[q - from];
    }
    long rows = task.passages().rows();
    boolean dense = pending > rows / 4;
    int step = dense ? passageTile : (int) rows;
    for (long base = 0; base < rows && pending > 0; base += step) {
      int some = (int) Math.min(step, rows - base);
      FloatBuffer tile = dense ? task.passages().tile(base, some, mine.tile.asBuffer()) : null;
      for (int q = from; q < to; q++) {
        long[] keys = collectors[q].pending();
        int size = sizes[q - from];
        int i = next[q - from];
        if (i < size && keys[i] < base + some) {
          mine.exact.query(query(q), first + q);
        }
        for (; i < size && keys[i] < base + some; i++) {
          int ordinal = (int) keys[i];
          float score =
              dense ? mine.exact.score(tile, (int) base, ordinal) : mine.exact.score(ordinal);
          keys[i] = SortKey.of(score, ordinal);
        }
        next[q - from] = i;
      }
    }
  }

  @Override
  public void close() {
    block.close();
    for (TileScratch each : scratch) {
      each.close();
    }
  }
}

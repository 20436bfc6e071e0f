package org.javatron.search;

import java.io.Closeable;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.function.Supplier;
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
  private final RowMath rowMath = RowMath.fastest();
  private final QueryBlock block;
  private final ScanForm.Queries loaded;
  private final Collector[] collectors;
  private final TileScratch[] scratch;
  private long first;
  private int count;

  TileScan(
      Task task,
      SearchPlan plan,
      int passageTile,
      Workers workers,
      ScanForm form,
      Supplier<Collector> collector) {
    this.task = task;
    this.dim = task.passages().dim();
    this.passageTile = passageTile;
    this.queryTile = plan.queryTile();
    this.workers = workers;
    int rows = (int) Math.min(plan.queryBlock(), task.queries().rows());
    block = new QueryBlock(rows, dim);
    loaded = form.queries(block);
    collectors = new Collector[rows];
    for (int q = 0; q < rows; q++) {
      collectors[q] = collector.get();
    }
    scratch = new TileScratch[workers.threads()];
    for (int w = 0; w < scratch.length; w++) {
      scratch[w] = new TileScratch(task, passageTile, loaded);
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
      for (int i = 0; i < rows; i++) {
        block.set(q + i, values, i * dim);
        collectors[q + i].clear();
      }
      loaded.load(q, rows, values);
    }
  }

  private void compare(int index, int rows, int firstTile, int lastTile, TileScratch mine) {
    int from = index * passageTile;
    if (task.selector().rejectsAll(from, from + rows)) {
      return;
    }
    mine.tiles.open(index, from, rows);
    for (int q = firstTile * queryTile; q < Math.min(count, lastTile * queryTile); ) {
      int m = Math.min(queryTile, count - q);
      mine.tiles.multiply(q, m);
      for (int i = q; i < q + m; i++) {
        double margin = mine.tiles.scores(i, mine.row);
        mine.exact.query(block.values(i), first + i);
        if (!(margin < Double.POSITIVE_INFINITY)) { // or NaN
          for (int j = 0; j < rows; j++) {
            mine.row[j] = mine.exact.score(from + j);
          }
          margin = 0;
        }
        collect(i, from, rows, margin, mine);
      }
      q += m;
    }
  }

  private void collect(int q, int from, int rows, double margin, TileScratch mine) {
    Collector collector = collectors[q];
    double bound = collector.bound();
    float least = Math.nextDown((float) (bound - margin));
    int found = rowMath.collectReaching(mine.row, rows, least, mine.positions);
    int accepted = 0;
    for (int i = 0; i < found; i++) {
      if (task.selector().accepts(from + mine.positions[i])) {
        mine.positions[accepted++] = mine.positions[i];
      }
    }
    if (accepted > 0) {
      double refined = // without a margin the scores are canonical already
          margin == 0 ? -1 : mine.tiles.refine(q, mine.positions, accepted, mine.row, bound);
      double theirs = refined < 0 ? margin : refined;
      collector.offer(mine.row, mine.positions, accepted, from, theirs, mine.exact);
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
    int[] ends = new int[to - from];
    int[] next = new int[to - from];
    long pending = 0;
    for (int q = from; q < to; q++) {
      ends[q - from] = collectors[q].settle();
      next[q - from] = collectors[q].firstPending();
      pending += ends[q - from] - next[q - from];
    }
    long rows = task.passages().rows();
    boolean dense = pending > rows / 4;
    int step = dense ? passageTile : (int) rows;
    for (long base = 0; base < rows && pending > 0; base += step) {
      int some = (int) Math.min(step, rows - base);
      FloatBuffer tile = dense ? task.passages().tile(base, some, mine.tile.asBuffer()) : null;
      for (int q = from; q < to; q++) {
        long[] keys = collectors[q].pending();
        int end = ends[q - from];
        int i = next[q - from];
        if (i < end && keys[i] < base + some) {
          mine.exact.query(block.values(q), first + q);
        }
        for (; i < end && keys[i] < base + some; i++) {
          int ordinal = (int) keys[i];
          float score =
              dense ? mine.exact.score(tile, (int) base, ordinal) : mine.exact.score(ordinal);
          keys[i] = SortKey.of(score, ordinal);
        }
        next[q - from] = i;
      }
    }
  }

  /** Passages that were scored canonically, for all queries together. */
  long rescored() {
    long sum = 0;
    for (TileScratch each : scratch) {
      sum += each.exact.scored();
    }
    return sum;
  }

  @Override
  public void close() {
    for (TileScratch each : scratch) {
      each.close();
    }
    loaded.close();
    block.close();
  }
}

package org.javatron.search;

import java.io.Closeable;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.IntStream;
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
  private int total; // queries
  private int[] members; // which of them are in the block

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

  /** Finds what the queries from {@code first} on want of all passages. */
  void run(long firstQuery, int queryCount, Progress progress) throws IOException {
    first = firstQuery;
    total = queryCount;
    int[] wrong = pass(IntStream.range(0, total).toArray(), true, progress);
    if (wrong.length > 0) {
      pass(wrong, false, Progress.none());
    }
  }

  /**
   * Compares some of the queries with all passages.
   *
   * @param guesses whether bounds may be guessed
   * @return the queries whose guess was wrong
   */
  private int[] pass(int[] queries, boolean guesses, Progress progress) throws IOException {
    members = queries;
    for (int query : queries) {
      collectors[query].clear();
    }
    load();
    long passages = task.passages().rows();
    int tiles = (int) ((passages + passageTile - 1) / passageTile);
    int sampled = guesses && tiles >= BoundGuess.LEAST_TILES ? tiles / BoundGuess.STEP : 0;
    int step = BoundGuess.STEP;
    scan(sampled, number -> number * step + step / 2, progress);
    if (sampled > 0) {
      double share = (double) sampled * passageTile / passages;
      workers.run(queries.length, (q, worker) -> collectors[queries[q]].guess(share, passageTile));
      putAlikeTogether();
    }
    scan(
        tiles - sampled,
        number -> number + Math.min(sampled, (number + step / 2 - 1) / (step - 1)),
        progress);
    score();
    return Arrays.stream(queries).filter(query -> !collectors[query].right()).toArray();
  }

  /**
   * Orders the queries by the cosine that their passages must reach, the greatest first: the higher
   * it is, the shorter a head excludes most passages, and a tile of queries has one head.
   */
  private void putAlikeTogether() throws IOException {
    if (members.length > queryTile) {
      members =
          IntStream.range(0, members.length)
              .boxed()
              .sorted(Comparator.comparingDouble(q -> -bound(q) / block.length(q)))
              .mapToInt(q -> members[q])
              .toArray();
      load();
    }
  }

  private double bound(int q) {
    return collectors[members[q]].bound();
  }

  /** Compares so many tiles, of these numbers. */
  private void scan(int tiles, IntUnaryOperator number, Progress progress) throws IOException {
    long passages = task.passages().rows();
    // Few tiles would leave threads idle: then the queries are divided too.
    int queryTiles = (members.length + queryTile - 1) / queryTile;
    int parts = Math.min(queryTiles, 1 + 4 * workers.threads() / (tiles + 1));
    workers.run(
        tiles * parts,
        (task, worker) -> {
          int tile = number.applyAsInt(task / parts);
          int part = task % parts;
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
    int chunk = Math.min(members.length, 256);
    float[] values = new float[chunk * dim];
    float[] row = new float[dim];
    for (int q = 0; q < members.length; q += chunk) {
      int rows = Math.min(chunk, members.length - q);
      for (int i = 0; i < rows; i++) {
        int member = members[q + i];
        task.queries().read(first + member, 1, row, 0);
        Checks.finite(task.queries(), first + member, row, dim);
        block.set(q + i, row, 0);
        System.arraycopy(row, 0, values, i * dim, dim);
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
    for (int q = firstTile * queryTile; q < Math.min(members.length, lastTile * queryTile); ) {
      int m = Math.min(queryTile, members.length - q);
      mine.tiles.multiply(q, m);
      for (int i = q; i < q + m; i++) {
        double margin = mine.tiles.scores(i, mine.row);
        mine.exact.query(block.values(i), first + members[i]);
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
    Collector collector = collectors[members[q]];
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

  /** Hands the results over in the queries' order. */
  void deliver(Searcher.Results results) throws IOException {
    Hits[] hits = new Hits[DELIVERED];
    for (int q = 0; q < total; q += DELIVERED) {
      int from = q;
      int some = Math.min(DELIVERED, total - q);
      workers.run(some, (i, worker) -> hits[i] = collectors[from + i].hits());
      for (int i = 0; i < some; i++) {
        results.accept(first + q + i, hits[i]);
      }
    }
  }

  /** Scores canonically what is left. */
  private void score() throws IOException {
    int count = members.length;
    int groups = Math.min(count, workers.threads());
    workers.run(
        groups,
        (group, worker) -> {
          int from = (int) ((long) count * group / groups);
          int to = (int) ((long) count * (group + 1) / groups);
          score(from, to, scratch[worker]);
        });
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
      ends[q - from] = collectors[members[q]].settle();
      next[q - from] = collectors[members[q]].firstPending();
      pending += ends[q - from] - next[q - from];
    }
    long rows = task.passages().rows();
    boolean dense = pending > rows / 4;
    int step = dense ? passageTile : (int) rows;
    for (long base = 0; base < rows && pending > 0; base += step) {
      int some = (int) Math.min(step, rows - base);
      FloatBuffer tile = dense ? task.passages().tile(base, some, mine.tile.asBuffer()) : null;
      for (int q = from; q < to; q++) {
        long[] keys = collectors[members[q]].pending();
        int end = ends[q - from];
        int i = next[q - from];
        if (i < end && keys[i] < base + some) {
          mine.exact.query(block.values(q), first + members[q]);
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

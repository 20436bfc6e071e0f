package org.javatron.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.javatron.embeddings.Int8Embeddings;
import org.javatron.embeddings.Projection;
import org.javatron.embeddings.Vectors;
import org.javatron.io.Progress;
import org.javatron.kernels.Blas;
import org.javatron.kernels.Workers;

/**
 * Exact search by tiles: a block of queries is held in memory, the passages stream by in tiles, and
 * each tile's scores are one matrix product, of which only what reaches a query's current threshold
 * is looked at.
 *
 * <p>A matrix product's last bits depend on its shape and on the machine, so it only selects, with
 * a margin for its roundings ({@link ScanMargin} has the proof); what it selects is scored by
 * {@link Metric}'s definition. Results are {@link ReferenceSearcher}'s to the bit, whatever the
 * tiles, threads, blocks, shards and machine. Workers take tiles one after another and share each
 * query's {@link TopK}, so one query keeps all threads busy and many queries read the passages once
 * for the whole block.
 *
 * <p>Cost: {@code 2 * Q * N * dim} operations, half to four fifths of it for a thousand queries and
 * more whose scores the vectors' heads decide ({@link ProjectedForm}); for few queries, the reading
 * of {@code N * dim} values; and {@code Q * depth * dim} for the canonical scores. Passages whose
 * scores lie within roundings of each other around rank {@code depth} are scored canonically too.
 * Memory: {@link #plan} says it; axes stay for later searches. Thread-safe: searches that run at
 * once take turns at the tiles. Does not close its vectors, which must not change.
 *
 * <p>Source: the tile loop after Faiss, utils/distances.cpp, exhaustive_inner_product_blas, which
 * differs in its order of ties and scans every score into a heap.
 */
public final class ExactSearcher implements PlannedSearcher {
  private final Vectors passages;
  private final SearchOptions options;
  private final Metric metric;
  private final Workers workers;
  private final AtomicLong rescored = new AtomicLong();
  private final ScanForm form;
  private final boolean projects; // for many queries
  private volatile Projection projection; // null until a search asked whether that pays

  /**
   * A searcher by inner product.
   *
   * @param passages float32 [N, dim], finite
   * @param options threads, tiles and memory
   */
  public ExactSearcher(Vectors passages, SearchOptions options) {
    this(passages, options, Metric.INNER_PRODUCT);
  }

  /**
   * A searcher over these passages.
   *
   * @param passages float32 [N, dim], finite
   * @param options threads, tiles and memory
   * @param metric what orders them
   */
  public ExactSearcher(Vectors passages, SearchOptions options, Metric metric) {
    this(
        passages,
        options,
        metric,
        new FloatForm(passages, metric, options.passageTile(), options.queryTile()),
        metric == Metric.INNER_PRODUCT);
  }

  /**
   * A searcher by inner product that scans an int8 form and scores what it cannot exclude by the
   * passages themselves. The results are the same to the bit; docs/search.md has the proof.
   *
   * @param passages float32 [N, dim], finite
   * @param int8 made of these passages, which is not checked here
   * @param options threads, tiles and memory
   */
  public ExactSearcher(Vectors passages, Int8Embeddings int8, SearchOptions options) {
    this(
        passages,
        options,
        Metric.INNER_PRODUCT,
        new Int8Form(int8, options.passageTile(), options.queryTile()),
        false);
    if (int8.rows() != passages.rows() || int8.dim() != passages.dim()) {
      close();
      throw new IllegalArgumentException(
          String.format(
              "the int8 form has %d rows of %d values but the passages are %d of %d",
              int8.rows(), int8.dim(), passages.rows(), passages.dim()));
    }
  }

  /** With the form of the scan; for many queries a {@link ProjectedForm} may take its place. */
  ExactSearcher(
      Vectors passages, SearchOptions options, Metric metric, ScanForm form, boolean projects) {
    this.projects = projects;
    this.passages = passages;
    this.options = options;
    this.metric = metric;
    this.form = form;
    Blas.singleThreaded(); // whatever ND4J may have set in this process before
    this.workers = new Workers(options.threads());
  }

  @Override
  public SearchPlan plan(long queries, int depth) throws IOException {
    ProjectedForm projected = new ProjectedForm(passages, options);
    ScanForm most = projects && projected.mayPay(queries) ? projected : form;
    return SearchPlan.of(passages.rows(), passages.dim(), queries, depth, options, most);
  }

  @Override
  public void search(Vectors queries, int depth, Progress progress, Results results)
      throws IOException {
    search(queries, depth, Selector.all(), progress, results);
  }

  /**
   * Searches among some of the passages.
   *
   * @param queries float32 [Q, dim], finite
   * @param depth passages for each query, 1 or more; more than are selected gives all of those
   * @param selector which passages may be found
   * @param progress counts passages compared, once for each pass over them
   * @param results gets each query's passages
   * @throws IOException as {@link Searcher#search(Vectors, int, Progress, Results)}
   */
  public void search(
      Vectors queries, int depth, Selector selector, Progress progress, Results results)
      throws IOException {
    Checks.arguments(passages, queries, depth);
    SearchPlan plan = plan(queries.rows(), depth);
    scan(
        queries,
        selector,
        plan,
        () -> new TopK(plan.depth(), (int) passages.rows(), form.slack(plan.depth())),
        progress,
        results);
  }

  /**
   * Finds every passage that scores a threshold or more: Faiss's range_search. What is found is not
   * counted by {@link #plan}: 8 bytes a hit beside the memory of a search at depth 1.
   *
   * @param queries float32 [Q, dim], finite
   * @param threshold the least score, no NaN; by {@link Metric#L2} minus the greatest squared
   *     distance
   * @param selector which passages may be found
   * @param progress counts passages compared, once for each pass over them
   * @param results gets each query's passages, best first
   * @throws IOException as {@link Searcher#search(Vectors, int, Progress, Results)}
   */
  public void rangeSearch(
      Vectors queries, float threshold, Selector selector, Progress progress, Results results)
      throws IOException {
    Checks.arguments(passages, queries, 1);
    if (Float.isNaN(threshold)) {
      throw new IllegalArgumentException("the threshold must be a number, got NaN");
    }
    SearchPlan plan = plan(queries.rows(), 1);
    scan(queries, selector, plan, () -> new RangeHits(threshold), progress, results);
  }

  private void scan(
      Vectors queries,
      Selector selector,
      SearchPlan plan,
      Supplier<Collector> collector,
      Progress progress,
      Results results)
      throws IOException {
    TileScan.Task task = new TileScan.Task(passages, queries, metric, selector);
    try (ProjectedForm projected = new ProjectedForm(passages, options);
        TileScan scan =
            new TileScan(
                task,
                plan,
                options.passageTile(),
                workers,
                pays(projected, queries, plan) ? projected : form,
                collector)) {
      for (long first = 0; first < queries.rows(); first += plan.queryBlock()) {
        scan.run(first, (int) Math.min(plan.queryBlock(), queries.rows() - first), progress);
        scan.deliver(results);
      }
      rescored.addAndGet(scan.rescored());
    } catch (UncheckedIOException e) {
      throw e.getCause(); // from a worker, which can throw nothing else
    }
  }

  /** Axes that were found once serve later searches too: no result depends on them. */
  private boolean pays(ProjectedForm projected, Vectors queries, SearchPlan plan) {
    if (!projects || !projected.mayPay(queries.rows())) {
      return false;
    }
    if (projection == null) {
      projection = Projection.of(passages, queries);
    }
    return projected.pays(projection, plan.depth(), plan.queryBlock());
  }

  /**
   * How many scores of the scans were so near to what mattered that the definition was asked.
   *
   * @return for all queries of all searches so far
   */
  public long rescored() {
    return rescored.get();
  }

  /** Ends the threads. */
  @Override
  public void close() {
    workers.close();
    form.close();
  }
}

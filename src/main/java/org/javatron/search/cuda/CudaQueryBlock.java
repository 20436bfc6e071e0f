package org.javatron.search.cuda;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.javatron.embeddings.Vectors;
import org.javatron.io.Progress;
import org.javatron.kernels.cuda.CudaArray;
import org.javatron.kernels.cuda.CudaDevice;
import org.javatron.kernels.cuda.CudaProducts.Epilogue;
import org.javatron.kernels.cuda.CudaProducts.Matrix;
import org.javatron.kernels.cuda.CudaProgram;
import org.javatron.kernels.cuda.CudaTileMap;
import org.javatron.kernels.cuda.CudaType;
import org.javatron.search.Checks;
import org.javatron.search.Hits;
import org.javatron.search.Searcher.Results;

/**
 * Queries on the GPU with their candidates; used again for one block after another. The order of
 * calls: {@link #load}, then for each slab {@link #compare}, then {@link #deliver}.
 */
final class CudaQueryBlock implements Closeable {
  private static final int THREADS = 256;
  private static final int MOST_THREADS = 1024;
  private static final int FILTER_THREADS = 128;
  private static final int SCORES_OF_A_FILTER = 4096;

  /** Passages of the first step, before there are thresholds. */
  private static final int FIRST_OF_FEW = 1 << 14;

  private static final int FIRST_OF_MANY = 1 << 12;

  // As search_hopper.cu has them: a tile, three groups of four warps, four stages and alignment.
  private static final int FUSED_QUERIES = 128;
  private static final int FUSED_PASSAGES = 256;
  private static final int FUSED_THREADS = 384;
  private static final int FUSED_SHARED = 4 * (FUSED_QUERIES + FUSED_PASSAGES) * 128 + 1024;

  /** So many selections may be waiting for the GPU before progress is shown. */
  private static final int SELECTIONS_AHEAD = 64;

  private static final int VALUES_AT_A_TIME = 1 << 20;

  private final CudaDevice device;
  private final CudaProgram program;
  private final CudaSizes sizes;
  private final int multiprocessors;
  private final int sharedBytes;
  private final List<CudaArray> arrays = new ArrayList<>();
  private final CudaArray queries;
  private final CudaArray rounded;
  private final CudaArray doubles;
  private final CudaArray states;
  private final CudaArray counts;
  private final CudaArray lists;
  private final CudaArray bests;
  private final CudaArray ordinals;
  private final CudaArray scores;
  private final CudaArray products;
  private final CudaArray maps;
  private Vectors source;
  private long first;
  private int count;
  private boolean begun;

  CudaQueryBlock(CudaDevice device, CudaProgram program, CudaSizes sizes, CudaLimits limits) {
    this.device = device;
    this.program = program;
    this.sizes = sizes;
    this.multiprocessors = limits.multiprocessors();
    this.sharedBytes = limits.sharedBytes();
    int rows = sizes.block();
    queries = array(CudaType.FLOAT32, rows, sizes.dim());
    rounded = array(CudaType.FLOAT16, rows, sizes.stride());
    doubles = array(CudaType.INT64, rows, sizes.dim());
    states = array(CudaType.INT8, rows, CudaSizes.BYTES_OF_A_STATE);
    counts = array(CudaType.INT32, rows);
    lists = array(CudaType.INT64, rows, sizes.capacity());
    bests = array(CudaType.INT64, rows, sizes.depth());
    ordinals = array(CudaType.INT32, rows, sizes.depth());
    scores = array(CudaType.FLOAT32, rows, sizes.depth());
    products = array(CudaType.FLOAT16, rows, sizes.scan() == CudaScan.PRODUCTS ? sizes.tile() : 0);
    maps = array(CudaType.INT8, 2 * CudaTileMap.BYTES);
  }

  private CudaArray array(CudaType type, long... shape) {
    CudaArray array = device.allocate(type, shape);
    arrays.add(array);
    return array;
  }

  /** Queries of the scan's instruction: 8, or 16 or 32 at once. */
  private static int few(int queries) {
    return queries <= 8 ? 8 : queries <= 16 ? 16 : 32;
  }

  /** Shared memory that so many queries take in the scan of few, 64 bytes apart in the banks. */
  static long sharedBytes(int queries, int stride) {
    return few(queries) * 2L * (stride + (stride % 64 == 0 ? 32 : 0));
  }

  /** Memory for the way of queries and results. */
  static long hostBytes(CudaSizes sizes) {
    long read =
        Math.min((long) sizes.block() * sizes.dim(), Math.max(VALUES_AT_A_TIME, sizes.dim()));
    long written =
        Math.min((long) sizes.block() * sizes.depth(), Math.max(VALUES_AT_A_TIME, sizes.depth()));
    return 4 * read + 8 * written;
  }

  void load(Vectors from, long firstQuery, int queryCount) throws IOException {
    source = from;
    first = firstQuery;
    count = queryCount;
    begun = false;
    int dim = sizes.dim();
    int most = Math.max(1, VALUES_AT_A_TIME / dim);
    float[] values = new float[Math.min(count, most) * dim];
    for (int q = 0; q < count; q += most) {
      int some = Math.min(most, count - q);
      from.read(first + q, some, values, 0);
      Checks.finite(from, first + q, values, some * dim);
      queries.view((long) q * dim, some, dim).put(values, 0, some * dim);
    }
  }

  /** Compares the queries with a slab; the GPU may still be at it afterwards. */
  void compare(CudaSlab slab, Progress progress) {
    program.launch(
        "search_begin",
        count,
        1,
        FILTER_THREADS,
        0,
        queries,
        sizes.dim(),
        rounded,
        sizes.stride(),
        doubles,
        slab.facts,
        sizes.wide() ? 1 : 0,
        sizes.scan() == CudaScan.PRODUCTS ? 1 : 0,
        sizes.depth(),
        states,
        counts,
        begun ? 0 : 1);
    switch (sizes.scan()) {
      case FEW -> scan(slab, progress, FIRST_OF_FEW, few(slab));
      case FUSED -> scan(slab, progress, FIRST_OF_MANY, fused(slab));
      case PRODUCTS -> scanProducts(slab, progress);
    }
    select(slab, true);
    begun = true;
  }

  /** Compares the queries with some passages from a row of the slab on. */
  private interface Step {
    void compare(int from, int some);
  }

  /** Without thresholds everything is a candidate: the first steps are small, then they grow. */
  private void scan(CudaSlab slab, Progress progress, int least, Step step) {
    int span = begun ? sizes.tile() : Math.min(sizes.tile(), least);
    int steps = 0;
    for (int at = 0; at < slab.rows(); ) {
      int some = Math.min(span, slab.rows() - at);
      step.compare(at, some);
      select(slab, false);
      progress.step(some);
      at += some;
      span = (int) Math.min(sizes.tile(), 4L * span);
      if (++steps % SELECTIONS_AHEAD == 0) {
        device.synchronize(); // so that progress is that of the GPU
      }
    }
  }

  private Step few(CudaSlab slab) {
    int queryRows = few(count);
    int blocks = (queryRows > 8 ? 3 : 4) * multiprocessors;
    int shared = (int) sharedBytes(count, sizes.stride());
    return (from, some) ->
        program.launch(
            "search_few_" + queryRows,
            blocks,
            1,
            THREADS,
            shared,
            rows(slab, from, some),
            sizes.stride(),
            some,
            slab.first() + from,
            rounded,
            count,
            states,
            lists,
            sizes.capacity(),
            counts);
  }

  private Step fused(CudaSlab slab) {
    CudaProgram hopper = device.program("search_hopper");
    CudaTileMap.write(rounded, FUSED_QUERIES, maps.view(0, CudaTileMap.BYTES));
    CudaTileMap.write(slab.halves, FUSED_PASSAGES, maps.view(CudaTileMap.BYTES, CudaTileMap.BYTES));
    return (from, some) ->
        hopper.launch(
            "search_many",
            multiprocessors,
            1,
            FUSED_THREADS,
            FUSED_SHARED,
            maps,
            sizes.stride(),
            count,
            from,
            some,
            slab.first() + from,
            states,
            lists,
            sizes.capacity(),
            counts);
  }

  private void scanProducts(CudaSlab slab, Progress progress) {
    CudaArray left = rounded.view(0, count, sizes.stride());
    int round = 0;
    for (int at = 0; at < slab.rows(); at += sizes.tile()) {
      int some = Math.min(sizes.tile(), slab.rows() - at);
      int padded = (some + 7) / 8 * 8; // the filter reads 8 scores at a time
      multiply(left, rows(slab, at, some), padded);
      program.launch(
          "search_filter",
          (some + SCORES_OF_A_FILTER - 1) / SCORES_OF_A_FILTER,
          count,
          FILTER_THREADS,
          0,
          products,
          padded,
          some,
          slab.first() + at,
          states,
          lists,
          sizes.capacity(),
          counts);
      progress.step(some);
      round++;
      if (round % sizes.rounds() == 0) {
        select(slab, false);
      }
      if (round % (sizes.rounds() * SELECTIONS_AHEAD) == 0) {
        device.synchronize(); // so that progress is that of the GPU
      }
    }
  }

  private void multiply(CudaArray left, CudaArray right, int rowLength) {
    long some = right.size(0);
    if (some == rowLength) {
      device
          .products()
          .rowsTimesRows(left, right, null, Epilogue.NONE, products.view(0, count, some));
      return;
    }
    device
        .products()
        .multiply(
            count,
            some,
            sizes.stride(),
            1,
            new Matrix(left, false),
            new Matrix(right, true),
            0,
            new Matrix(products, false, rowLength, 0),
            1);
  }

  private CudaArray rows(CudaSlab slab, int from, int some) {
    return slab.halves.view((long) from * sizes.stride(), some, sizes.stride());
  }

  private void select(CudaSlab slab, boolean close) {
    program.launch(
        "search_compact",
        count,
        1,
        count < 2 * multiprocessors ? MOST_THREADS : THREADS,
        0,
        lists,
        sizes.capacity(),
        counts,
        bests,
        sizes.depth(),
        states,
        doubles,
        sizes.dim(),
        sizes.wide() ? slab.wide : slab.halves,
        sizes.wide() ? 1 : 0,
        sizes.wide() ? sizes.dim() : sizes.stride(),
        slab.first(),
        sizes.limit(),
        close ? 1 : 0);
  }

  void deliver(Vectors passages, Results results) throws IOException {
    int depth = sizes.depth();
    int size = CudaSizes.powerOfTwo(depth);
    boolean inShared = size * (long) Long.BYTES <= sharedBytes;
    program.launch(
        "search_sort",
        count,
        1,
        Math.max(32, Math.min(MOST_THREADS, size / 2)),
        inShared ? size * Long.BYTES : 0,
        lists,
        sizes.capacity(),
        bests,
        depth,
        states,
        size,
        inShared ? 1 : 0,
        ordinals,
        scores);
    int most = Math.max(1, Math.min(count, VALUES_AT_A_TIME / depth));
    int[] rows = new int[most * depth];
    float[] values = new float[most * depth];
    for (int q = 0; q < count; q += most) {
      int some = Math.min(most, count - q);
      ordinals.view((long) q * depth, some, depth).getInts(rows, 0, some * depth);
      scores.view((long) q * depth, some, depth).get(values, 0, some * depth);
      for (int i = 0; i < some; i++) {
        int from = i * depth;
        Hits hits =
            new Hits(
                Arrays.copyOfRange(rows, from, from + depth),
                Arrays.copyOfRange(values, from, from + depth));
        requireFinite(passages, first + q + i, hits);
        results.accept(first + q + i, hits);
      }
    }
  }

  /** Scores are sums of finite numbers, and sorted: an infinite one is at an end. */
  private void requireFinite(Vectors passages, long query, Hits hits) throws IOException {
    for (int i : new int[] {0, hits.size() - 1}) {
      if (!Float.isFinite(hits.scores()[i])) {
        throw Checks.notFinite(hits.scores()[i], source.id(query), passages.id(hits.ordinals()[i]));
      }
    }
  }

  @Override
  public void close() {
    arrays.forEach(CudaArray::close);
  }
}

package org.javatron.search.cuda;

import org.javatron.io.InputException;
import org.javatron.search.SearchPlan;

/**
 * How large everything is in one search.
 *
 * @param dim values in a vector
 * @param stride values from one row of halves to the next
 * @param wide whether the passages are float32, which are kept beside their halves
 * @param depth passages kept for each query, no more than there are
 * @param block queries of one pass
 * @param scan how they are compared with the passages
 * @param tile passages compared at a time
 * @param rounds tiles between two selections
 * @param limit candidates of a query that a selection leaves at most
 * @param capacity candidates of a query at most: after a selection, rounds tiles more fit in
 * @param slabRows passages on the GPU at a time
 * @param slabs how many such parts there are; 1 stays on the GPU
 * @param deviceBytes all of it
 */
record CudaSizes(
    int dim,
    int stride,
    boolean wide,
    int depth,
    int block,
    CudaScan scan,
    int tile,
    int rounds,
    int limit,
    int capacity,
    int slabRows,
    int slabs,
    long deviceBytes) {
  /** The scan of few queries takes 32 dimensions at a time; the rest of a row is 0. */
  private static final int DIMENSIONS = 32;

  static final int BYTES_OF_A_STATE = 24;
  static final int BYTES_OF_FACTS = 16;

  /** Queries of a tile of the fused scan. */
  private static final int FUSED_QUERIES = 128;

  /** Fewer queries in a pass are not worth keeping the passages on the GPU for. */
  private static final int LEAST_BLOCK = 256;

  static CudaSizes of(
      long passages, int dim, boolean wide, long queries, int depth, CudaLimits limits)
      throws InputException {
    long rowBytes = rowBytes(dim, wide);
    boolean fits = passages <= limits.slabRows();
    CudaSizes last = null;
    int largest = block(queries, limits.queryBlock());
    for (int block = largest; block >= 1; block /= 2) {
      CudaSizes sizes = of(dim, wide, (int) Math.min(depth, passages), block, largest, limits);
      long left = limits.deviceBytes() - sizes.deviceBytes;
      if (fits && left >= passages * rowBytes) {
        return sizes.withSlabs((int) passages, 1, passages * rowBytes);
      }
      if (block < LEAST_BLOCK && last != null) {
        break;
      }
      long rows = Math.min(limits.slabRows(), left / 2 / rowBytes) / CudaLimits.STEP;
      if (last == null && rows > 0) {
        int slabRows = (int) Math.min(passages, rows * CudaLimits.STEP);
        int slabs = (int) ((passages + slabRows - 1) / slabRows);
        last = sizes.withSlabs(slabRows, slabs, 2L * slabRows * rowBytes);
      }
    }
    if (last == null) {
      throw new InputException(
          String.format(
              "the GPU's memory does not suffice for a single query at depth %d: %s are free",
              depth, SearchPlan.size(limits.deviceBytes())));
    }
    return last;
  }

  /** Blocks of equal size. */
  private static int block(long queries, int most) {
    long blocks = Math.max(1, (queries + most - 1) / most);
    return (int) Math.max(1, (queries + blocks - 1) / blocks);
  }

  static int stride(int dim) {
    return (dim + DIMENSIONS - 1) / DIMENSIONS * DIMENSIONS;
  }

  private static long rowBytes(int dim, boolean wide) {
    return 2L * stride(dim) + (wide ? 4L * dim : 0);
  }

  /** Passages of a product, whose scores are to stay in the second cache until they are read. */
  private static int productTile(int block, CudaLimits limits) {
    int fitting = limits.scoreBytes() / 2 / block / CudaLimits.STEP * CudaLimits.STEP;
    return Math.min(1 << 16, Math.max(CudaLimits.STEP, fitting));
  }

  /** Passages of a fused scan: as many as give every multiprocessor the same number of tiles. */
  private static int fusedTile(int block, CudaLimits limits) {
    int queryTiles = (block + FUSED_QUERIES - 1) / FUSED_QUERIES;
    int even = limits.multiprocessors() / gcd(queryTiles, limits.multiprocessors());
    int fitting = Math.min(limits.span(), limits.listBytes() / Long.BYTES / block);
    int steps = Math.max(1, fitting / CudaLimits.STEP);
    return CudaLimits.STEP * (steps < even ? steps : steps / even * even);
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  private static CudaScan scan(int block, int stride, CudaLimits limits) {
    if (block <= limits.few()
        && CudaQueryBlock.sharedBytes(block, stride) <= limits.sharedBytes()) {
      return CudaScan.FEW;
    }
    return limits.fused() ? CudaScan.FUSED : CudaScan.PRODUCTS;
  }

  /** For a block; tiles are those of the largest, so that lists shrink with the block. */
  private static CudaSizes of(
      int dim, boolean wide, int depth, int block, int largest, CudaLimits limits) {
    int stride = stride(dim);
    CudaScan scan = scan(block, stride, limits);
    int tile =
        switch (scan) {
          case FEW -> limits.span();
          case FUSED -> fusedTile(largest, limits);
          case PRODUCTS -> productTile(largest, limits);
        };
    int rounds = scan == CudaScan.PRODUCTS ? limits.rounds() : 1;
    int limit = Math.max(2 * depth, depth + 1024);
    int capacity = Math.max(limit + tile * rounds, powerOfTwo(depth));
    long query =
        dim * (4L + 8L)
            + 2L * stride
            + BYTES_OF_A_STATE
            + 4
            + 8L * capacity
            + (8L + 4 + 4) * depth
            + (scan == CudaScan.PRODUCTS ? 2L * tile : 0);
    return new CudaSizes(
        dim, stride, wide, depth, block, scan, tile, rounds, limit, capacity, 0, 0, query * block);
  }

  private CudaSizes withSlabs(int rows, int count, long bytes) {
    return new CudaSizes(
        dim,
        stride,
        wide,
        depth,
        block,
        scan,
        tile,
        rounds,
        limit,
        capacity,
        rows,
        count,
        deviceBytes + bytes);
  }

  /** The least power of two that is not below a number. */
  static int powerOfTwo(int least) {
    return least <= 1 ? 1 : Integer.highestOneBit(least - 1) << 1;
  }
}

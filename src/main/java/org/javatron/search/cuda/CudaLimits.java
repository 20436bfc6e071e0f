package org.javatron.search.cuda;

import org.javatron.kernels.cuda.CudaDevice;

/**
 * What bounds the sizes of a search on a GPU; none of it changes the result.
 *
 * @param deviceBytes memory that may be used on the GPU
 * @param multiprocessors of the GPU
 * @param sharedBytes the most shared memory a block can have
 * @param fused whether the GPU has what {@link CudaScan#FUSED} needs
 * @param few up to so many queries are multiplied as fast as memory gives the passages
 * @param queryBlock queries of one pass over the passages at most
 * @param scoreBytes scores of one product, which are read back from the GPU's second cache
 * @param listBytes candidates of the queries of one fused scan, about
 * @param span passages between two selections at most, where no products are stored
 * @param rounds products between two selections of many queries' candidates
 * @param slabRows passages on the GPU at a time at most
 */
record CudaLimits(
    long deviceBytes,
    int multiprocessors,
    int sharedBytes,
    boolean fused,
    int few,
    int queryBlock,
    int scoreBytes,
    int listBytes,
    int span,
    int rounds,
    long slabRows) {
  /** Passages of a product, and of a part of the passages, are a multiple of this. */
  static final int STEP = 256;

  private static final int HOPPER = 90;

  /** Set to true, this system property has a Hopper GPU search as others do, for comparison. */
  private static final String PRODUCTS = "javatron.search.products";

  /** What cuBLASLt's workspace and the way between Java and the GPU take, and the driver's own. */
  private static final long RESERVE = 384L << 20;

  static CudaLimits of(CudaDevice device) {
    return new CudaLimits(
        Math.max(0, device.freeBytes() - RESERVE),
        device.multiprocessors(),
        device.sharedBytesPerBlock(),
        device.capability() == HOPPER && !Boolean.getBoolean(PRODUCTS),
        32,
        8192,
        44_000_000,
        1_500_000_000,
        1 << 20,
        4,
        Long.MAX_VALUE);
  }

  CudaLimits withQueryBlock(int most) {
    return new CudaLimits(
        deviceBytes,
        multiprocessors,
        sharedBytes,
        fused,
        few,
        most,
        scoreBytes,
        listBytes,
        span,
        rounds,
        slabRows);
  }
}

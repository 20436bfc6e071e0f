package org.javatron.search.cuda;

import java.io.IOException;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.embeddings.Vectors;
import org.javatron.io.InputException;
import org.javatron.io.Progress;
import org.javatron.kernels.cuda.CudaDevice;
import org.javatron.kernels.cuda.CudaProgram;
import org.javatron.kernels.cuda.CudaUploads;
import org.javatron.search.Checks;
import org.javatron.search.Hits;
import org.javatron.search.PlannedSearcher;
import org.javatron.search.SearchOptions;
import org.javatron.search.SearchPlan;

/**
 * Exact search on a GPU. Its scores are those of {@link org.javatron.search.ReferenceSearcher} to
 * the bit, and so is its order, whatever the tiles, the blocks and the GPU: tensor cores only
 * choose candidates among vectors rounded to half precision, with a margin that covers what
 * rounding can do, and candidates are scored by sums in double precision in the order of the
 * dimensions.
 *
 * <p>Passages stay on the GPU as halves if they fit, with their float32 values if they have such (2
 * or 6 bytes a value), from the first search until this is closed; else they are sent in parts for
 * each block of queries, while the part before is searched.
 *
 * <p>Cost: for many queries {@code 2 * Q * N * dim} operations of the tensor cores; for up to 32,
 * the reading of {@code 2 * N * dim} bytes. Passages within the margin are scored too: many equal
 * scores around rank {@code depth} cost time. Thread-safe: searches take turns.
 */
public final class CudaSearcher implements PlannedSearcher {
  private final CudaDevice device;
  private final Vectors passages;
  private final SearchOptions options;
  private final CudaLimits limits;
  private final CudaProgram program;
  private final boolean wide;
  private CudaPassages slabs;
  private CudaQueryBlock block;
  private CudaSizes blockSizes;

  /**
   * A searcher on the first GPU.
   *
   * @param passages [N, dim], finite
   * @param options of which the memory (of the machine, not of the GPU) and the block of queries
   *     matter
   * @throws org.javatron.kernels.cuda.CudaException if there is no GPU or CUDA is missing
   */
  public CudaSearcher(Vectors passages, SearchOptions options) {
    this(CudaDevice.open(), passages, options, null);
  }

  /** Takes the device over. Limits may be null: all of the device. */
  CudaSearcher(CudaDevice device, Vectors passages, SearchOptions options, CudaLimits limits) {
    this.device = device;
    this.passages = passages;
    this.options = options;
    this.wide = passages.type() == EmbeddingType.FLOAT32;
    try {
      this.limits = limits == null ? CudaLimits.of(device) : limits;
      this.program = device.program("search");
    } catch (RuntimeException e) {
      device.close();
      throw e;
    }
  }

  @Override
  public synchronized SearchPlan plan(long queries, int depth) throws IOException {
    CudaSizes sizes = sizes(queries, depth);
    long bytes =
        CudaUploads.bytes(CudaPassages.rowBytes(sizes.stride()))
            + SearchPlan.bytesOfResults(passages.rows(), queries, sizes.depth())
            + CudaQueryBlock.hostBytes(sizes);
    if (bytes > options.memory()) {
      throw new InputException(
          String.format(
              "search needs %s beside the GPU's memory but may use %s: allow more with --memory",
              SearchPlan.size(bytes), SearchPlan.size(options.memory())));
    }
    return new SearchPlan(
        passages.rows(),
        queries,
        sizes.depth(),
        sizes.block(),
        sizes.block(),
        bytes,
        sizes.deviceBytes(),
        sizes.slabs());
  }

  private CudaSizes sizes(long queries, int depth) throws IOException {
    CudaLimits mine = limits.withQueryBlock(Math.min(limits.queryBlock(), options.queryBlock()));
    return CudaSizes.of(passages.rows(), passages.dim(), wide, queries, depth, mine);
  }

  @Override
  public synchronized void search(Vectors queries, int depth, Progress progress, Results results)
      throws IOException {
    Checks.arguments(passages, queries, depth);
    if (queries.rows() == 0 || passages.rows() == 0) {
      for (long q = 0; q < queries.rows(); q++) {
        results.accept(q, new Hits(new int[0], new float[0]));
      }
      return;
    }
    plan(queries.rows(), depth);
    prepare(sizes(queries.rows(), depth));
    for (long first = 0; first < queries.rows(); first += blockSizes.block()) {
      block.load(queries, first, (int) Math.min(blockSizes.block(), queries.rows() - first));
      slabs.forEach(slab -> block.compare(slab, progress));
      block.deliver(passages, results);
    }
  }

  /** Memory is kept from search to search as long as the sizes are the same. */
  private void prepare(CudaSizes sizes) {
    if (!sizes.equals(blockSizes)) {
      closeBlock();
    }
    if (slabs != null && !slabs.serve(sizes)) {
      slabs.close();
      slabs = null;
    }
    if (slabs == null) {
      slabs = new CudaPassages(device, program, passages, sizes);
    }
    if (block == null) {
      block = new CudaQueryBlock(device, program, sizes, limits);
      blockSizes = sizes;
    }
  }

  private void closeBlock() {
    if (block != null) {
      block.close();
      block = null;
      blockSizes = null;
    }
  }

  @Override
  public synchronized void close() {
    closeBlock();
    if (slabs != null) {
      slabs.close();
      slabs = null;
    }
    device.close();
  }
}

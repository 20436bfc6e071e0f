package org.javatron.search;

import java.util.Locale;
import org.javatron.io.InputException;

/**
 * What a search will do and need, known before it begins.
 *
 * @param passages how many passages there are
 * @param queries how many queries there are
 * @param depth passages kept for each query
 * @param queryBlock queries of one pass over the passages
 * @param queryTile queries of one matrix product
 * @param bytes memory it allocates beside the Java machine itself and the mapped files, which the
 *     system keeps in memory only as long as nobody else wants it
 * @param deviceBytes memory it allocates on the GPU, 0 on the processors
 * @param slabs in how many parts the passages go to the GPU; 1 means that they stay there
 */
public record SearchPlan(
    long passages,
    long queries,
    int depth,
    int queryBlock,
    int queryTile,
    long bytes,
    long deviceBytes,
    int slabs) {
  /** A result while it is written: ordinal, score, its id as a Java string, a place in a set. */
  private static final int BYTES_OF_A_HIT = 160;

  /** A query's id, remembered so that none comes twice. */
  private static final int BYTES_OF_AN_ID = 120;

  /** Chooses the largest block of queries that fits. */
  static SearchPlan of(
      long passages, int dim, long queries, int depth, SearchOptions options, ScanForm form)
      throws InputException {
    int kept = (int) Math.min(depth, passages);
    int block = (int) Math.min(queries, options.queryBlock());
    int low = 0; // fits (or nothing does)
    int high = Math.max(1, block);
    while (low < high) {
      int middle = (int) (((long) low + high + 1) / 2);
      if (bytes(passages, dim, queries, middle, kept, options, form) <= options.memory()) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    if (low == 0) {
      throw new InputException(
          String.format(
              "search needs %s for a single query at depth %d but may use %s:"
                  + " allow more with --memory or lower --depth",
              size(bytes(passages, dim, queries, 1, kept, options, form)),
              kept,
              size(options.memory())));
    }
    return new SearchPlan(
        passages,
        queries,
        kept,
        low,
        Math.min(low, options.queryTile()),
        bytes(passages, dim, queries, low, kept, options, form),
        0,
        1);
  }

  /**
   * What a searcher needs for handing over results, whatever computes them.
   *
   * @param passages how many passages there are
   * @param queries how many queries there are
   * @param depth passages kept for each query
   * @return bytes
   */
  public static long bytesOfResults(long passages, long queries, int depth) {
    return (long) depth * BYTES_OF_A_HIT
        + queries * BYTES_OF_AN_ID
        + passages / 2; // where every sixteenth id begins
  }

  private static long bytes(
      long passages,
      int dim,
      long queries,
      int block,
      int kept,
      SearchOptions options,
      ScanForm form) {
    int queryTile = Math.min(block, options.queryTile());
    long worker =
        TileScratch.bytes(options.passageTile(), dim)
            + form.bytesOfWorker(options.passageTile(), queryTile);
    long query =
        QueryBlock.bytes(dim)
            + form.bytesOfQuery()
            + (long) TopK.capacity(kept, (int) passages, form.slack(kept)) * Long.BYTES
            + 64; // the objects around them
    return form.bytes()
        + options.threads() * worker
        + block * query
        + bytesOfResults(passages, queries, kept);
  }

  /**
   * How often the passages are read.
   *
   * @return passes, one for each block of queries
   */
  public long passes() {
    return (queries + queryBlock - 1) / queryBlock;
  }

  /**
   * The sentence that is shown before the search begins.
   *
   * @return what is searched, in how many passes, with how much memory
   */
  public String description() {
    return String.format(
        Locale.ROOT,
        "search needs %s%s: %d queries over %d passages at depth %d in %d pass%s%s",
        size(bytes),
        deviceBytes == 0 ? "" : " and " + size(deviceBytes) + " of the GPU's memory",
        queries,
        passages,
        depth,
        passes(),
        passes() == 1 ? "" : "es",
        slabs > 1 ? ", each sending them to the GPU in " + slabs + " parts" : "");
  }

  /**
   * A size for people.
   *
   * @param bytes 0 or more
   * @return in KB or MB
   */
  public static String size(long bytes) {
    return bytes < 1 << 20
        ? (bytes + 1023) / 1024 + " KB"
        : String.format(Locale.ROOT, "%.1f MB", bytes / (double) (1 << 20));
  }
}

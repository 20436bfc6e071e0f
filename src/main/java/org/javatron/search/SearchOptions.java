package org.javatron.search;

/**
 * How {@link ExactSearcher} works; none of it changes a result.
 *
 * @param threads how many threads compare, 1 or more
 * @param passageTile passages of one matrix product: with {@code queryTile} scores of 4 bytes each
 *     they should stay within a core's share of the cache
 * @param queryTile queries of one matrix product
 * @param queryBlock queries of one pass over the passages at most; memory may allow fewer
 * @param memory bytes that a search may allocate
 */
public record SearchOptions(
    int threads, int passageTile, int queryTile, int queryBlock, long memory) {
  /**
   * Checks that every number is at least 1 and a tile's scores fit one Java buffer.
   *
   * @param threads how many threads compare
   * @param passageTile passages of one matrix product
   * @param queryTile queries of one matrix product
   * @param queryBlock queries of one pass at most
   * @param memory bytes that a search may allocate
   */
  public SearchOptions {
    atLeastOne("threads", threads);
    atLeastOne("passageTile", passageTile);
    atLeastOne("queryTile", queryTile);
    atLeastOne("queryBlock", queryBlock);
    atLeastOne("memory", memory);
    if ((long) passageTile * queryTile > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "passageTile * queryTile must be below 2^31, got " + passageTile + " * " + queryTile);
    }
  }

  /**
   * A thread for each processor, tiles as measured best, 1 GiB or half of the Java heap if that is
   * less, and as many queries in a pass as that allows.
   *
   * @return the defaults
   */
  public static SearchOptions defaults() {
    int processors = Runtime.getRuntime().availableProcessors();
    long memory = Math.min(1L << 30, Runtime.getRuntime().maxMemory() / 2);
    return new SearchOptions(processors, 1024, 512, Integer.MAX_VALUE, memory);
  }

  /**
   * These options with another number of threads.
   *
   * @param number 1 or more
   * @return the changed copy
   */
  public SearchOptions withThreads(int number) {
    return new SearchOptions(number, passageTile, queryTile, queryBlock, memory);
  }

  /**
   * These options with other tiles.
   *
   * @param passages passages of one matrix product
   * @param queries queries of one matrix product
   * @return the changed copy
   */
  public SearchOptions withTiles(int passages, int queries) {
    return new SearchOptions(threads, passages, queries, queryBlock, memory);
  }

  /**
   * These options with another limit of queries in a pass.
   *
   * @param queries 1 or more
   * @return the changed copy
   */
  public SearchOptions withQueryBlock(int queries) {
    return new SearchOptions(threads, passageTile, queryTile, queries, memory);
  }

  /**
   * These options with another limit of memory.
   *
   * @param bytes 1 or more
   * @return the changed copy
   */
  public SearchOptions withMemory(long bytes) {
    return new SearchOptions(threads, passageTile, queryTile, queryBlock, bytes);
  }

  private static void atLeastOne(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, got " + value);
    }
  }
}

package org.javatron.search;

import java.io.Closeable;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The form of the passages that a scan multiplies. Its scores need only lie near the canonical
 * ones, and say how near. A searcher has one; thread-safe.
 */
interface ScanForm extends Closeable {
  /**
   * Begins a search.
   *
   * @param block where its queries are put, again and again
   */
  Queries queries(QueryBlock block);

  /** Bytes for the form itself. */
  default long bytes() {
    return 0;
  }

  /** Bytes for each query of a block, beside the block's own. */
  long bytesOfQuery();

  /** Bytes for each thread, beside {@link TileScratch}'s. */
  long bytesOfWorker(int passageTile, int queryTile);

  /**
   * How many candidates a query keeps beyond its depth: room for those that the margin cannot part.
   */
  int slack(int depth);

  @Override
  default void close() {}

  /** A block of queries as the form multiplies them. */
  interface Queries extends Closeable {
    /**
     * Takes some queries.
     *
     * @param q the place of the first in the block, where they are already
     * @param count how many
     * @param values where they are, too, from index 0
     */
    void load(int q, int count, float[] values);

    /**
     * What one thread compares with.
     *
     * @param tile room for a tile of passages as float32
     */
    Tiles tiles(FloatPointer tile);

    @Override
    void close();
  }

  /** One thread's tile of passages, and its scores with some queries. */
  interface Tiles extends Closeable {
    /** Turns to the tile of this number, the rows from {@code from} on. */
    void open(int index, int from, int rows);

    /** Computes the scores of {@code m} queries, from the block's place {@code q} on. */
    void multiply(int q, int m);

    /**
     * Gives the scores of one of these queries.
     *
     * @param q its place in the block
     * @param scores gets a score for each row of the tile
     * @return how far below the canonical score each can lie, and above it too unless the form
     *     {@link #refine}s; infinite or NaN if the scores say nothing
     */
    double scores(int q, float[] scores);

    /**
     * Makes some of the scores better, where a form can: those that the margin did not exclude.
     *
     * @param q the query's place in the block
     * @param positions rows of the tile
     * @param count how many of them
     * @param scores in and out, for each row of the tile; minus infinity for one that is surely
     *     below the bound
     * @param bound what a canonical score must reach
     * @return how far from the canonical scores, on either side, the others at these positions can
     *     lie now; less than 0 if nothing was made better
     */
    default double refine(int q, int[] positions, int count, float[] scores, double bound) {
      return -1;
    }

    @Override
    void close();
  }
}

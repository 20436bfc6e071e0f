package org.javatron.search;

import java.io.Closeable;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The form of the passages that a scan multiplies. Its scores need only lie near the canonical
 * ones, and say how near. A searcher has one; thread-safe.
 */
interface ScanForm {
  /**
   * Begins a search.
   *
   * @param block where its queries are put, again and again
   */
  Queries queries(QueryBlock block);

  /** Bytes for each query of a block, beside the block's own. */
  long bytesOfQuery();

  /** Bytes for each thread, beside {@link TileScratch}'s. */
  long bytesOfWorker(int passageTile, int queryTile);

  /**
   * How many candidates a query keeps beyond its depth: room for those that the margin cannot part.
   */
  int slack(int depth);

  /** A block of queries as the form multiplies them. */
  interface Queries extends Closeable {
    /**
     * Takes a query.
     *
     * @param q its place in the block, where it is already
     * @param values where it is, too
     * @param offset of its first value
     */
    void load(int q, float[] values, int offset);

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
     * @return how far each can lie from the canonical score; infinite or NaN if the scores say
     *     nothing
     */
    double scores(int q, float[] scores);

    /**
     * Makes some of the scores better, where a form can: those that the margin did not exclude.
     *
     * @param q the query's place in the block
     * @param positions rows of the tile
     * @param count how many of them
     * @param scores in and out, for each row of the tile
     * @param margin what {@link #scores} gave
     * @return the margin of the scores at these positions now
     */
    default double refine(int q, int[] positions, int count, float[] scores, double margin) {
      return margin;
    }

    @Override
    void close();
  }
}

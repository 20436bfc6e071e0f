package org.javatron.search;

/**
 * One query's passages, best first: score descending, then ordinal ascending.
 *
 * @param ordinals the passages' rows, from 0
 * @param scores their inner products with the query, in the same order
 */
public record Hits(int[] ordinals, float[] scores) {
  /**
   * How many there are.
   *
   * @return the depth, or the number of passages if that is smaller
   */
  public int size() {
    return ordinals.length;
  }
}

package org.javatron.kernels;

import java.util.Arrays;

/**
 * A sum over many rows, shared among threads: each block of rows has a sum of its own, and these
 * are added in order at the end. The blocks depend on the number of rows alone, hence so do the
 * bits of the result.
 */
final class PartialSums {
  private static final int MOST_BLOCKS = 64;
  private static final int FEWEST_ROWS = 32;

  private float[][] sums = {};
  private int count;
  private int length;

  /** How many rows a block has. */
  static int rowsOfABlock(int rows) {
    return Math.max(FEWEST_ROWS, (rows + MOST_BLOCKS - 1) / MOST_BLOCKS);
  }

  /** Prepares for so many sums of so many values. */
  void begin(int count, int length) {
    this.count = count;
    this.length = length;
    if (sums.length < count || sums[0].length < length) {
      sums = new float[Math.max(count, sums.length)][length];
    }
  }

  /** The sum of one block, all 0. */
  float[] zeroed(int block) {
    Arrays.fill(sums[block], 0, length, 0);
    return sums[block];
  }

  /** Writes the sum of all blocks. */
  void write(RowMath math, Floats out) {
    for (int i = 1; i < count; i++) {
      math.add(sums[0], 0, sums[i], 0, length);
    }
    out.write(0, sums[0], 0, length);
  }
}

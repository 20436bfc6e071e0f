package org.javatron.embeddings;

import java.util.Random;

/**
 * A fixed random rotation: it changes no length and no inner product, and spreads a vector's values
 * evenly over all dimensions, so that none of them needs more room than the others.
 *
 * <p>Real embeddings have a few dimensions many times larger than the rest. One scale for all
 * values of a vector would be set by those few, and the others would be left with few steps of it.
 * After a rotation every value is a sum of all, about normally distributed with the variance {@code
 * |v|^2 / dim}, and the largest is some three and a half times that deviation.
 *
 * <pre>
 * R = H P S H P S        S signs, P a permutation, H blocks of a Hadamard matrix over sqrt(block)
 * </pre>
 *
 * <p>Vectors are filled up with zeros to a multiple of 64 values, and a block is the greatest power
 * of four that divides it, whose square root is a power of two. So every factor of R is exactly
 * orthogonal in floating point too, and only the additions round: each of the {@code 2 log2(block)}
 * stages by 2^-53 of the length, together less than {@link #ERROR}.
 *
 * <p>Cost: {@code 2 size log2(block)} additions a vector. Source: the randomised Hadamard transform
 * of Ailon and Chazelle, <em>The Fast Johnson-Lindenstrauss Transform</em>, 2009.
 */
public final class Rotation {
  /** How far a rotated vector lies from the exact one at most, relative to its length. */
  public static final double ERROR = 0x1p-47;

  private static final int ROUNDS = 2;
  private static final int MULTIPLE = 64;

  private final int dim;
  private final int size;
  private final int block;
  private final int[][] permutations = new int[ROUNDS][];
  private final double[][] factors = new double[ROUNDS][];

  /**
   * The rotation of a seed.
   *
   * @param dim values in a vector, 1 or more
   * @param seed which rotation
   */
  public Rotation(int dim, long seed) {
    this.dim = dim;
    size = Math.multiplyExact((dim + MULTIPLE - 1) / MULTIPLE, MULTIPLE);
    int greatest = MULTIPLE;
    while (size % (4L * greatest) == 0) {
      greatest *= 4;
    }
    block = greatest;
    double scale = 1 / Math.sqrt(block); // a power of two
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      permutations[round] = permutation(random);
      factors[round] = new double[size];
      for (int i = 0; i < size; i++) {
        factors[round][i] = random.nextBoolean() ? scale : -scale;
      }
    }
  }

  private int[] permutation(Random random) {
    int[] places = new int[size];
    for (int i = 0; i < size; i++) {
      int other = random.nextInt(i + 1);
      places[i] = places[other];
      places[other] = i;
    }
    return places;
  }

  /**
   * Values of a rotated vector.
   *
   * @return dim, filled up to a multiple of 64
   */
  public int size() {
    return size;
  }

  /**
   * Rotates a vector.
   *
   * @param vectors has it
   * @param from index of its first value
   * @param rotated gets the result
   * @param to index of its first value, of {@link #size}
   */
  public void apply(double[] vectors, int from, double[] rotated, int to) {
    double[] before = new double[size];
    System.arraycopy(vectors, from, before, 0, dim);
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < size; i++) {
        rotated[to + i] = before[permutations[round][i]] * factors[round][i];
      }
      for (int block = 0; block < size; block += this.block) {
        hadamard(rotated, to + block);
      }
      if (round + 1 < ROUNDS) {
        System.arraycopy(rotated, to, before, 0, size);
      }
    }
  }

  private void hadamard(double[] values, int from) {
    for (int half = 1; half < block; half *= 2) {
      for (int pair = from; pair < from + block; pair += 2 * half) {
        for (int i = pair; i < pair + half; i++) {
          double x = values[i];
          double y = values[i + half];
          values[i] = x + y;
          values[i + half] = x - y;
        }
      }
    }
  }
}

package org.javatron.benchmarks;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.embeddings.Vectors;

/**
 * Any number of float16 vectors out of nothing: each is one of 4096 centres plus noise as large,
 * both sums of four hashed bytes, so nearly Gaussian. Values are whole multiples of 2⁻¹² below 1,
 * hence exact in half precision, and inner products are exact in double. Vectors have a length of
 * about 1.4. {@code peers/torch_search.py} makes the same ones.
 *
 * @param rows how many
 * @param dim values in each, even
 * @param seed another seed gives other noise around the same centres
 * @param centres [4096, dim], as {@link #centres} makes them
 */
record ClusteredVectors(long rows, int dim, long seed, short[] centres) implements Vectors {
  static final int CLUSTERS = 4096;

  /** Values are whole numbers over this. */
  static final int SCALE = 4096;

  private static final int LARGEST = 2 * 1020;
  private static final long PAIRS = 0x00ff00ff00ff00ffL;
  private static final short[] HALVES = halves();

  static short[] centres(int dim) {
    short[] centres = new short[CLUSTERS * dim];
    for (int i = 0; i < centres.length; i += 2) {
      long sums = sums(hash(i / 2, 0));
      centres[i] = (short) low(sums);
      centres[i + 1] = (short) high(sums);
    }
    return centres;
  }

  private static long hash(long counter, long seed) {
    long z = (counter + (seed << 40)) * 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 32) * 0xD6E8FEB86659FD93L;
    return z ^ z >>> 32;
  }

  private static long sums(long bytes) {
    return (bytes & PAIRS) + (bytes >>> 8 & PAIRS);
  }

  /** The sum of the lower four bytes, less what it is on average. */
  private static int low(long sums) {
    return (int) ((sums & 0xffff) + (sums >>> 16 & 0xffff)) - 510;
  }

  private static int high(long sums) {
    return low(sums >>> 32);
  }

  private static short[] halves() {
    short[] halves = new short[2 * LARGEST + 1];
    for (int i = 1; i <= LARGEST; i++) {
      int exponent = 31 - Integer.numberOfLeadingZeros(i);
      int bits = exponent + 3 << 10 | i << 10 - exponent & 0x3ff; // i / 4096
      halves[LARGEST + i] = (short) bits;
      halves[LARGEST - i] = (short) (bits | 0x8000);
    }
    return halves;
  }

  private int cluster(long row) {
    return (int) ((row + seed * 12_345_678) * 2_654_435_761L >>> 20 & CLUSTERS - 1);
  }

  /** A row's values times {@link #SCALE}. */
  void integers(long row, int[] target) {
    int centre = cluster(row) * dim;
    for (int i = 0; i < dim; i += 2) {
      long sums = sums(hash((row * dim + i) / 2, seed));
      target[i] = centres[centre + i] + low(sums);
      target[i + 1] = centres[centre + i + 1] + high(sums);
    }
  }

  @Override
  public EmbeddingType type() {
    return EmbeddingType.FLOAT16;
  }

  @Override
  public void copy(long from, int count, ByteBuffer target) {
    int[] row = new int[dim];
    short[] halves = new short[dim];
    ShortBuffer values = target.asShortBuffer();
    for (long next = from; next < from + count; next++) {
      integers(next, row);
      for (int i = 0; i < dim; i++) {
        halves[i] = HALVES[LARGEST + row[i]];
      }
      values.put(halves);
    }
    target.position(target.position() + count * dim * Short.BYTES);
  }

  @Override
  public String id(long ordinal) {
    return Long.toString(ordinal);
  }

  @Override
  public FloatBuffer tile(long from, int count, FloatBuffer scratch) {
    float[] values = new float[count * dim];
    read(from, count, values, 0);
    return scratch.duplicate().clear().put(values).flip();
  }

  @Override
  public void read(long from, int count, float[] target, int offset) {
    int[] row = new int[dim];
    for (int r = 0; r < count; r++) {
      integers(from + r, row);
      for (int i = 0; i < dim; i++) {
        target[offset + r * dim + i] = row[i] / (float) SCALE;
      }
    }
  }
}

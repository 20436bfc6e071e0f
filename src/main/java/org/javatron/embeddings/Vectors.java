package org.javatron.embeddings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * A matrix of vectors with a text id for each row: what search takes, wherever the vectors lie.
 * Implementations are read-only and thread-safe.
 */
public interface Vectors {
  /**
   * How many vectors there are.
   *
   * @return 0 or more; ordinals run from 0 to one less
   */
  long rows();

  /**
   * The length of each vector.
   *
   * @return 1 or more
   */
  int dim();

  /**
   * A row's id.
   *
   * @param ordinal the row, 0 to {@code rows() - 1}
   * @return its id
   * @throws IOException if the file of ids cannot be read or is wrong
   */
  String id(long ordinal) throws IOException;

  /**
   * Rows as float32 in memory that native code can read: a view of the vectors where they lie so
   * already, else a copy in {@code scratch}.
   *
   * @param from the first row
   * @param count how many rows
   * @param scratch direct, native order, at least {@code count * dim()} values; overwritten if
   *     needed
   * @return direct, native order, float32 {@code [count, dim]} row-major, from position 0 to its
   *     limit; valid while the vectors are open and until {@code scratch} is used again
   */
  FloatBuffer tile(long from, int count, FloatBuffer scratch);

  /**
   * Copies rows, widened to float32.
   *
   * @param from the first row
   * @param count how many rows
   * @param target gets float32 {@code [count, dim]} row-major from {@code offset} on
   * @param offset index of the first value written
   */
  void read(long from, int count, float[] target, int offset);

  /**
   * How the values lie where they are, and what {@link #copy} gives.
   *
   * @return float32 unless every value is stored as float16
   */
  default EmbeddingType type() {
    return EmbeddingType.FLOAT32;
  }

  /**
   * Copies rows without changing them, for those who compute with the stored values.
   *
   * @param from the first row
   * @param count how many rows
   * @param target little-endian; gets {@code count * dim()} values of {@link #type} at its
   *     position, which moves behind them
   */
  default void copy(long from, int count, ByteBuffer target) {
    float[] row = new float[dim()];
    for (long next = from; next < from + count; next++) {
      read(next, 1, row, 0);
      target.asFloatBuffer().put(row);
      target.position(target.position() + row.length * Float.BYTES);
    }
  }
}

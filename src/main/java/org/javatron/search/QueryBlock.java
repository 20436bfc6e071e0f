package org.javatron.search;

import java.io.Closeable;
import org.bytedeco.javacpp.FloatPointer;

/** The queries that are searched for at once, as float32, with their lengths. */
final class QueryBlock implements Closeable {
  private final FloatPointer values;
  private final double[] lengths;
  private final int dim;

  QueryBlock(int rows, int dim) {
    this.dim = dim;
    values = new FloatPointer((long) rows * dim);
    lengths = new double[rows];
  }

  /** Bytes of a query. */
  static long bytes(int dim) {
    return (long) dim * Float.BYTES + Double.BYTES;
  }

  int rows() {
    return lengths.length;
  }

  void set(int q, float[] from, int offset) {
    double square = 0;
    for (int i = offset; i < offset + dim; i++) {
      square += (double) from[i] * from[i];
    }
    lengths[q] = Math.sqrt(square);
    values(q).put(from, offset, dim);
  }

  /** The values of a query and of those behind it. */
  FloatPointer values(int q) {
    return values.getPointer((long) q * dim);
  }

  /** A query's length, in double precision. */
  double length(int q) {
    return lengths[q];
  }

  @Override
  public void close() {
    values.close();
  }
}

package org.javatron.embeddings;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** All values of some vectors as a file has them: float32, little-endian, row after row. */
final class RawRows {
  private RawRows() {}

  /** Writes them in pieces of about so many bytes; refuses a value that is not finite. */
  static void write(Vectors vectors, OutputStream out, int piece) throws IOException {
    int dim = vectors.dim();
    int chunk = Math.max(1, piece / (Float.BYTES * dim));
    float[] values = new float[chunk * dim];
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long row = 0; row < vectors.rows(); row += chunk) {
      int count = (int) Math.min(chunk, vectors.rows() - row);
      vectors.read(row, count, values, 0);
      RowChecks.finite("the embedding of", vectors, row, values, count * dim);
      bytes.asFloatBuffer().put(values, 0, count * dim);
      out.write(bytes.array(), 0, count * dim * Float.BYTES);
    }
  }
}

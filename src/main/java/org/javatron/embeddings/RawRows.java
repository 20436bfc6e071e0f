package org.javatron.embeddings;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.javatron.io.InputException;

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
      requireFinite(vectors, row, values, count * dim);
      bytes.asFloatBuffer().put(values, 0, count * dim);
      out.write(bytes.array(), 0, count * dim * Float.BYTES);
    }
  }

  private static void requireFinite(Vectors vectors, long first, float[] values, int length)
      throws IOException {
    for (int i = 0; i < length; i++) {
      if (!Float.isFinite(values[i])) {
        long row = first + i / vectors.dim();
        throw new InputException(
            String.format(
                "the embedding of \"%s\" (row %d) has %s in dimension %d, expected a finite value",
                vectors.id(row), row, values[i], i % vectors.dim()));
      }
    }
  }
}

package org.javatron.embeddings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.javatron.io.InputException;

/**
 * The beginning of each of Faiss's indexes in a file, little-endian: four letters that name the
 * kind, d (int32), ntotal (int64), two unused int64, is_trained (1 byte), metric_type (int32), and
 * metric_arg (float32) if the metric is neither of the two known here.
 *
 * <p>Source: faiss/impl/index_write.cpp, write_index_header.
 *
 * @param kind for example {@code IxFI}
 * @param dim values in a vector
 * @param rows how many vectors
 * @param innerProduct the metric: inner product, else squared distance
 */
record FaissHeader(String kind, int dim, long rows, boolean innerProduct) {
  static final int BYTES = 4 + Integer.BYTES + 3 * Long.BYTES + 1 + Integer.BYTES;
  private static final long UNUSED = 1 << 20;
  private static final int INNER_PRODUCT = 0;
  private static final int L2 = 1;
  private static final int LARGEST_DIM = 1 << 24;

  /** Reads the header that begins at byte {@code from}. */
  static FaissHeader read(Path file, FileChannel channel, long from) throws IOException {
    ByteBuffer bytes = read(file, channel, from, BYTES, "its header");
    String kind = StandardCharsets.ISO_8859_1.decode(bytes.slice(0, 4)).toString();
    if (!kind.matches("[A-Za-z0-9]{4}") || !kind.startsWith("I")) {
      throw new InputException(
          file + " is no Faiss index: expected IxFI, IxF2 or IxMp at byte " + from);
    }
    if (!kind.matches("IxF[I2]|IxM[p2]")) {
      throw new InputException(
          file
              + " holds a Faiss index of kind "
              + kind
              + ", expected a flat one (IxFI, IxF2, IxMp)");
    }
    bytes.position(4);
    int dim = bytes.getInt();
    long rows = bytes.getLong();
    bytes.position(bytes.position() + 2 * Long.BYTES + 1);
    int metric = bytes.getInt();
    if (dim < 1 || dim > LARGEST_DIM || rows < 0) {
      throw new InputException(
          String.format("%s says it has %d vectors of %d values", file, rows, dim));
    }
    if (metric != INNER_PRODUCT && metric != L2) {
      throw new InputException(
          file + " has Faiss's metric " + metric + ", expected 0 (inner product) or 1 (L2)");
    }
    return new FaissHeader(kind, dim, rows, metric == INNER_PRODUCT);
  }

  /** Reads bytes that must be there. */
  static ByteBuffer read(Path file, FileChannel channel, long from, int count, String what)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, from + bytes.position()) < 0) {
        throw new InputException(
            String.format("%s ends at byte %d, inside %s", file, channel.size(), what));
      }
    }
    return bytes.flip();
  }

  /** The header as Faiss writes it. */
  byte[] toBytes() {
    return ByteBuffer.allocate(BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(kind.getBytes(StandardCharsets.US_ASCII))
        .putInt(dim)
        .putLong(rows)
        .putLong(UNUSED)
        .putLong(UNUSED)
        .put((byte) 1)
        .putInt(innerProduct ? INNER_PRODUCT : L2)
        .array();
  }
}

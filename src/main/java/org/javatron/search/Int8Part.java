package org.javatron.search;

import java.nio.ByteBuffer;
import org.javatron.embeddings.Int8Embeddings;
import org.javatron.kernels.RowMath;

/**
 * One part of a tile's codes as floats, for the second looks of many queries: made when the first
 * of them asks.
 */
final class Int8Part {
  /** Passages whose codes are copied to the heap at once, for the first-level cache. */
  private static final int COPIED = 32;

  private final int size;
  private final byte[] codes;
  private final RowMath rowMath = RowMath.fastest();

  /** Codes times their scales, {@code [passageTile, size]}. */
  final float[] values;

  /** Of the heads that the part completes. */
  final Int8Bounds bounds;

  private boolean open;

  Int8Part(int size, int passageTile) {
    this.size = size;
    codes = new byte[COPIED * Int8Embeddings.recordBytes(size)];
    values = new float[passageTile * size];
    bounds = new Int8Bounds(passageTile);
  }

  /** Bytes of such a part. */
  static long bytes(int size, int passageTile) {
    return (long) passageTile * (size + 1) * Float.BYTES
        + (long) COPIED * Int8Embeddings.recordBytes(size);
  }

  /** Forgets the tile. */
  void forget() {
    open = false;
  }

  boolean isOpen() {
    return open;
  }

  /** Takes a tile's records. */
  void open(ByteBuffer records, int rows) {
    int record = Int8Embeddings.recordBytes(size);
    bounds.clear();
    for (int row = 0; row < rows; row += COPIED) {
      int some = Math.min(COPIED, rows - row);
      records.get(row * record, codes, 0, some * record);
      bounds.take(row, some, codes, size, record);
      for (int i = 0; i < some; i++) {
        float scale = Int8Bounds.scale(codes, i * record + size);
        rowMath.decode(codes, i * record, size, scale, values, (row + i) * size);
      }
    }
    open = true;
  }
}

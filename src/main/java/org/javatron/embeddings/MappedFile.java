package org.javatron.embeddings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;

/**
 * Part of a file mapped into memory, in windows of at most 1 GiB, since a Java 17 buffer ends at 2
 * GiB. A window holds whole records, so a record never lies across two.
 *
 * <p>Mapped, not read: opening takes no time, the operating system keeps what fits and drops it
 * under pressure, and float32 rows go to BLAS without a copy. The mapping ends when the buffers are
 * garbage, which Java 17 leaves to the collector.
 */
final class MappedFile {
  /** Bytes of a window; tests use less. */
  static final int WINDOW = 1 << 30;

  private final ByteBuffer[] windows;
  private final long recordsPerWindow;
  private final int recordBytes;
  private final long records;

  /**
   * Maps {@code records} records from byte {@code from} on, in windows of at most so many bytes.
   */
  MappedFile(FileChannel channel, long from, long records, int recordBytes, int window)
      throws IOException {
    this.records = records;
    this.recordBytes = recordBytes;
    this.recordsPerWindow = Math.max(1, window / recordBytes);
    windows = new ByteBuffer[Math.toIntExact((records + recordsPerWindow - 1) / recordsPerWindow)];
    for (int i = 0; i < windows.length; i++) {
      long first = i * recordsPerWindow;
      long size = Math.min(recordsPerWindow, records - first) * recordBytes;
      windows[i] =
          channel
              .map(MapMode.READ_ONLY, from + first * recordBytes, size)
              .order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  long records() {
    return records;
  }

  /** How many records from {@code record} on lie in one piece. */
  long contiguous(long record) {
    return Math.min(recordsPerWindow - record % recordsPerWindow, records - record);
  }

  /** A view of {@code count} records, which must be contiguous. */
  ByteBuffer slice(long record, int count) {
    int start = (int) (record % recordsPerWindow) * recordBytes;
    return windows[(int) (record / recordsPerWindow)]
        .slice(start, count * recordBytes)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** One byte, of a file whose records are bytes. */
  byte at(long position) {
    return windows[(int) (position / recordsPerWindow)].get((int) (position % recordsPerWindow));
  }
}

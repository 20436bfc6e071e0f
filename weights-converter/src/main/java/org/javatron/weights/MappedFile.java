package org.javatron.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * A file of any size, memory-mapped for reading.
 *
 * <p>One mapping cannot pass 2 GiB in Java 17, so the file is mapped in windows and reads copy
 * across their borders. The mapping lives until it is garbage-collected: there is nothing to close.
 */
final class MappedFile {
  private static final int WINDOW = 1 << 30;

  private final Path path;
  private final long size;
  private final int window;
  private final MappedByteBuffer[] windows;

  private MappedFile(Path path, long size, int window, MappedByteBuffer[] windows) {
    this.path = path;
    this.size = size;
    this.window = window;
    this.windows = windows;
  }

  static MappedFile open(Path path) throws IOException {
    return open(path, WINDOW);
  }

  /** Tests shrink the window so that a small file has many. */
  static MappedFile open(Path path, int window) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      var windows = new MappedByteBuffer[Math.toIntExact((size + window - 1) / window)];
      for (int i = 0; i < windows.length; i++) {
        long begin = (long) i * window;
        windows[i] = channel.map(MapMode.READ_ONLY, begin, Math.min(window, size - begin));
      }
      return new MappedFile(path, size, window, windows);
    }
  }

  Path path() {
    return path;
  }

  long size() {
    return size;
  }

  /** Copies bytes from {@code position} until {@code destination} is full. */
  void read(long position, ByteBuffer destination) throws WeightFormatException {
    if (position < 0 || position > size - destination.remaining()) {
      throw new WeightFormatException(
          path,
          String.format(
              Locale.ROOT,
              "the file ends at byte %d, but %d bytes are expected at byte %d (truncated?)",
              size,
              destination.remaining(),
              position));
    }
    while (destination.hasRemaining()) {
      MappedByteBuffer from = windows[(int) (position / window)];
      int at = (int) (position % window);
      int count = Math.min(destination.remaining(), from.limit() - at);
      destination.put(destination.position(), from, at, count);
      destination.position(destination.position() + count);
      position += count;
    }
  }
}

package org.javatron.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** A stretch of a mapped file as a stream that knows how far it has been read. */
final class CountingInput extends InputStream {
  private final MappedFile file;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 12).limit(0);
  private long filledTo;
  private final long end;

  CountingInput(MappedFile file, long begin, long end) {
    this.file = file;
    this.filledTo = begin;
    this.end = end;
  }

  /** The byte of the file that is read next. */
  long position() {
    return filledTo - buffer.remaining();
  }

  @Override
  public int read() throws IOException {
    return fill() ? Byte.toUnsignedInt(buffer.get()) : -1;
  }

  @Override
  public int read(byte[] bytes, int from, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int some = Math.min(count, buffer.remaining());
    buffer.get(bytes, from, some);
    return some;
  }

  /** Passes over bytes without reading them, at most to the end. */
  @Override
  public long skip(long count) {
    long from = position();
    long to = Math.min(from + Math.max(0, count), end);
    filledTo = to;
    buffer.limit(buffer.position());
    return to - from;
  }

  private boolean fill() throws IOException {
    if (!buffer.hasRemaining() && filledTo < end) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), end - filledTo));
      file.read(filledTo, buffer);
      buffer.flip();
      filledTo += buffer.limit();
    }
    return buffer.hasRemaining();
  }
}

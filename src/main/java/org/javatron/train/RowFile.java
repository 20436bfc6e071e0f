package org.javatron.train;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.javatron.io.InputException;
import org.javatron.io.Sha256;

/**
 * The rows of one file by number: where each line begins is found once, 8 bytes a row are kept, and
 * a row is read when it is asked for. Empty lines are no rows. Thread-safe.
 */
final class RowFile implements Closeable {
  /** Longer lines are taken for a broken file: 64 MiB. */
  static final int MAX_LINE_BYTES = 64 << 20;

  private static final int BLOCK = 1 << 18;

  private final Path path;
  private final FileChannel channel;
  private final long bytes;
  private final MessageDigest digest = Sha256.digest();
  private long[] starts = new long[1024];
  private int rows;

  private RowFile(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    this.bytes = channel.size();
  }

  static RowFile open(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path);
    try {
      RowFile file = new RowFile(path, channel);
      file.index();
      return file;
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  private void index() throws IOException {
    ByteBuffer block = ByteBuffer.allocate(BLOCK);
    boolean lineBegins = true;
    for (long at = 0; channel.read(block.clear(), at) >= 0; at += block.limit()) {
      block.flip();
      if (at == 0) {
        refuseGzip(block);
      }
      for (int i = 0; i < block.limit(); i++) {
        byte b = block.get(i);
        if (b == '\n') {
          lineBegins = true;
        } else if (lineBegins && b != '\r' && b != ' ' && b != '\t') {
          add(at + i);
          lineBegins = false;
        }
      }
    }
    starts = Arrays.copyOf(starts, rows);
  }

  private void refuseGzip(ByteBuffer block) throws InputException {
    if (block.limit() >= 2 && block.get(0) == 0x1f && block.get(1) == (byte) 0x8b) {
      throw new InputException(
          path
              + ": expected plain JSON lines, whose rows are read in any order, found a gzip file:"
              + " decompress it first");
    }
  }

  private void add(long start) {
    if (rows == starts.length) {
      starts = Arrays.copyOf(starts, rows + (rows >> 1));
    }
    starts[rows++] = start;
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, start));
  }

  int rows() {
    return rows;
  }

  long bytes() {
    return bytes;
  }

  Path path() {
    return path;
  }

  /** Names the file's division into rows: 64 hexadecimal digits; to be asked once. */
  String indexHash() {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** A row's line, with whatever white space follows it. */
  byte[] read(int row) throws IOException {
    long end = row + 1 < rows ? starts[row + 1] : bytes;
    if (end - starts[row] > MAX_LINE_BYTES) {
      throw new InputException(
          "%s: the line is longer than %d bytes; is this a file of one JSON object a line?"
              .formatted(place(row), MAX_LINE_BYTES));
    }
    ByteBuffer line = ByteBuffer.allocate((int) (end - starts[row]));
    while (line.hasRemaining()) {
      if (channel.read(line, starts[row] + line.position()) < 0) {
        throw new InputException(
            path + " has become shorter since training began; expected " + bytes + " bytes");
      }
    }
    return line.array();
  }

  /** The row's file and line; counts the lines before it, so it is for messages only. */
  String place(int row) throws IOException {
    long line = 1;
    ByteBuffer block = ByteBuffer.allocate(BLOCK);
    for (long at = 0; at < starts[row] && channel.read(block.clear(), at) >= 0; ) {
      block.flip();
      int end = (int) Math.min(block.limit(), starts[row] - at);
      for (int i = 0; i < end; i++) {
        line += block.get(i) == '\n' ? 1 : 0;
      }
      at += block.limit();
    }
    return path + ":" + line;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

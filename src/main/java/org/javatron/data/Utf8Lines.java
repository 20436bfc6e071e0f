package org.javatron.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipException;
import org.javatron.io.InputException;
import org.javatron.io.TextFiles;

/**
 * A text file line by line, decoded one line at a time so that bytes that are not UTF-8, and lines
 * too long to be meant, are reported with their number.
 *
 * <p>Read it either as a {@link Reader} (a table parser on top) or with {@link #next} and {@link
 * #chars}, not both. A line ends with LF; a CR before it belongs to the line's end, and one
 * elsewhere is refused in a table. A byte order mark at the start is skipped. Memory: a few times
 * the longest line, which has a limit.
 */
final class Utf8Lines extends Reader {
  /** Longer lines are taken for a broken file: 64 MiB, some ten million words. */
  static final int MAX_LINE_BYTES = 64 << 20;

  private final Path path;
  private final int maxLineBytes;
  private final boolean blanksAreTabs;
  private final InputStream in;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);

  // Bytes start..end are read and not yet given out.
  private byte[] bytes = new byte[1 << 16];
  private int start;
  private int end;
  private boolean atEnd;

  private CharBuffer line = CharBuffer.allocate(1 << 12).limit(0);
  private long number;

  Utf8Lines(Path path) throws IOException {
    this(path, MAX_LINE_BYTES, false);
  }

  /**
   * With blanksAreTabs every run of spaces and tabs comes out as one tab, and none at a line's
   * ends: TREC's files are aligned with as many of either as pleased their writers.
   */
  Utf8Lines(Path path, int maxLineBytes, boolean blanksAreTabs) throws IOException {
    this.path = path;
    this.maxLineBytes = maxLineBytes;
    this.blanksAreTabs = blanksAreTabs;
    this.in = open(path);
  }

  /** The file's bytes; what cannot be a text file is refused by name. */
  static InputStream open(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new InputException(path + ": expected a file, found a folder");
    }
    try {
      return TextFiles.open(path);
    } catch (EOFException | ZipException e) {
      throw brokenGzip(path.toString(), e);
    }
  }

  static InputException brokenGzip(String where, IOException cause) {
    return new InputException(
        where + ": the gzip data is broken or cut off here (" + cause.getMessage() + ")", cause);
  }

  /** The number of the line last read, from 1. */
  long number() {
    return number;
  }

  /** Where the line last read stands, as errors name it. */
  String position() {
    return path + ":" + number;
  }

  /** Reads the next line that is not empty; false at the file's end. */
  boolean next() throws IOException {
    do {
      if (!readLine()) {
        return false;
      }
      int last = line.limit() - 1;
      if (last >= 0 && line.get(last) == '\n') {
        last--;
      }
      if (last >= 0 && line.get(last) == '\r') {
        last--;
      }
      line.limit(last + 1);
    } while (line.limit() == 0);
    return true;
  }

  /** The line's characters, without its end, in 0..{@link #length}; valid until the next read. */
  char[] chars() {
    return line.array();
  }

  int length() {
    return line.limit();
  }

  @Override
  public int read(char[] target, int offset, int length) throws IOException {
    if (!line.hasRemaining()) {
      if (!readLine()) {
        return -1;
      }
      refuseLoneCarriageReturn();
    }
    int n = Math.min(length, line.remaining());
    line.get(target, offset, n);
    return n;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private boolean readLine() throws IOException {
    int scanned = start;
    int after = -1;
    while (after < 0) {
      while (scanned < end && bytes[scanned] != '\n') {
        scanned++;
      }
      if (scanned < end) {
        after = scanned + 1;
      } else if (atEnd) {
        after = end;
      } else {
        scanned -= start;
        fill();
        scanned += start;
      }
    }
    if (after == start) {
      return false;
    }
    number++;
    decode(after);
    start = after;
    return true;
  }

  private void fill() throws IOException {
    if (end - start > maxLineBytes) {
      throw new InputException(
          "%s:%d: the line is longer than %d bytes; is this a text file of one record a line?"
              .formatted(path, number + 1, maxLineBytes));
    }
    if (start > 0) {
      System.arraycopy(bytes, start, bytes, 0, end - start);
      end -= start;
      start = 0;
    }
    if (end == bytes.length) {
      bytes = Arrays.copyOf(bytes, bytes.length * 2);
    }
    int n;
    try {
      n = in.read(bytes, end, bytes.length - end);
    } catch (EOFException | ZipException e) {
      throw brokenGzip(path + ":" + (number + 1), e);
    }
    if (n < 0) {
      atEnd = true;
    } else {
      end += n;
    }
  }

  private void decode(int after) throws InputException {
    ByteBuffer source = ByteBuffer.wrap(bytes, start, after - start);
    if (number == 1 && startsWithByteOrderMark(source)) {
      source.position(start + 3);
    }
    if (line.capacity() < source.remaining()) {
      line = CharBuffer.allocate(Math.max(source.remaining(), 2 * line.capacity()));
    }
    line.clear();
    var result = decoder.reset().decode(source, line, true);
    if (result.isError()) {
      throw new InputException(
          "%s: expected UTF-8 text, found byte 0x%02x at byte %d of the line"
              .formatted(position(), bytes[source.position()], source.position() - start + 1));
    }
    line.flip();
    if (blanksAreTabs) {
      collapseBlanks();
    }
  }

  // A table parser would end the row there and count lines differently from everybody's editor.
  private void refuseLoneCarriageReturn() throws InputException {
    char[] chars = line.array();
    for (int i = 0; i < line.limit(); i++) {
      boolean last = i + 1 == line.limit() || chars[i + 1] == '\n';
      if (chars[i] == '\r' && !last) {
        throw new InputException(
            "%s: expected lines that end in LF or CRLF, found a carriage return inside the line, after %d characters"
                .formatted(position(), i));
      }
    }
  }

  private void collapseBlanks() {
    char[] chars = line.array();
    int to = 0;
    boolean pending = false;
    for (int from = 0; from < line.limit(); from++) {
      char c = chars[from];
      if (c == ' ' || c == '\t') {
        pending = true;
      } else {
        if (pending && to > 0 && c != '\n' && c != '\r') {
          chars[to++] = '\t';
        }
        pending = false;
        chars[to++] = c;
      }
    }
    line.limit(to);
  }

  private static boolean startsWithByteOrderMark(ByteBuffer bytes) {
    int p = bytes.position();
    return bytes.remaining() >= 3
        && bytes.get(p) == (byte) 0xef
        && bytes.get(p + 1) == (byte) 0xbb
        && bytes.get(p + 2) == (byte) 0xbf;
  }
}

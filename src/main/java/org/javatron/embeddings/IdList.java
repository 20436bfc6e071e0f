package org.javatron.embeddings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.javatron.io.InputException;

/**
 * The lines of {@code embeddings.ids} by row, without a {@code String} for each: the mapped bytes
 * and the offset of every sixteenth line (half a byte a row), found in one pass when an id is first
 * asked for.
 */
final class IdList {
  private static final int STRIDE = 16;

  private final Path file;
  private final long rows;
  private final MappedFile bytes;
  private long[] offsets;

  IdList(Path file, long rows, int window) throws IOException {
    this.file = file;
    this.rows = rows;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      this.bytes = new MappedFile(channel, 0, channel.size(), 1, window);
    }
  }

  String get(long row) throws IOException {
    long start = index()[(int) (row / STRIDE)];
    for (long skip = row % STRIDE; skip > 0; skip--) {
      start = lineEnd(start) + 1;
    }
    byte[] line = new byte[(int) (lineEnd(start) - start)];
    for (int i = 0; i < line.length; i++) {
      line[i] = bytes.at(start + i);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
    } catch (CharacterCodingException e) {
      throw new InputException(file + " line " + (row + 1) + " is not UTF-8 text", e);
    }
  }

  private long lineEnd(long start) {
    long end = start;
    while (bytes.at(end) != '\n') {
      end++;
    }
    return end;
  }

  private synchronized long[] index() throws IOException {
    if (offsets == null) {
      long[] found = new long[Math.toIntExact(rows / STRIDE + 1)];
      long line = 0;
      for (long position = 0; position < bytes.records(); position++) {
        if (bytes.at(position) == '\n') {
          line++;
          if (line % STRIDE == 0 && line <= rows) {
            found[(int) (line / STRIDE)] = position + 1;
          }
        }
      }
      boolean ended = bytes.records() == 0 || bytes.at(bytes.records() - 1) == '\n';
      if (line != rows || !ended) {
        throw new InputException(
            String.format(
                "%s should have %d lines, one id for each row, but has %d%s",
                file, rows, line, ended ? "" : " and a last one without its line end"));
      }
      offsets = found;
    }
    return offsets;
  }
}

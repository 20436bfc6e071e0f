package org.javatron.embeddings;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.javatron.io.InputException;

/**
 * A flat index that Faiss wrote ({@code faiss.write_index}), opened by mapping in constant time:
 * {@code IxFI} or {@code IxF2}, an IndexFlat by inner product or squared distance, also inside
 * {@code IxMp} or {@code IxM2}, an IndexIDMap.
 *
 * <p>A vector's id is the number that the IndexIDMap gives it; without one, its line in the file
 * {@code FILE.ids} beside the index if there is such a file, else its row. There is nothing to
 * close. Thread-safe.
 *
 * <p>Source: faiss/impl/index_read.cpp and index_write.cpp. After the header ({@link FaissHeader})
 * a flat index has the number of its values as 64 bits and the values, float32; an IndexIDMap has a
 * flat index and then the number of ids as 64 bits and the ids, int64.
 */
public final class FaissFile implements Vectors {
  /** What a file of ids beside the index is called: the index's name with this behind it. */
  public static final String IDS_SUFFIX = ".ids";

  private final FaissHeader header;
  private final MappedFile values;
  private final MappedFile numbers;
  private final IdList lines;

  private FaissFile(FaissHeader header, MappedFile values, MappedFile numbers, IdList lines) {
    this.header = header;
    this.values = values;
    this.numbers = numbers;
    this.lines = lines;
  }

  /**
   * Opens an index.
   *
   * @param file what Faiss wrote
   * @return its vectors
   * @throws IOException if it is no flat index of a metric known here, or ends early; the message
   *     names the file, what was expected and what was found
   */
  public static FaissFile open(Path file) throws IOException {
    return open(file, MappedFile.WINDOW);
  }

  static FaissFile open(Path file, int window) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      FaissHeader outer = FaissHeader.read(file, channel, 0);
      boolean mapped = outer.kind().startsWith("IxM");
      long flat = mapped ? FaissHeader.BYTES : 0;
      FaissHeader header = mapped ? FaissHeader.read(file, channel, flat) : outer;
      if (!header.kind().startsWith("IxF")
          || header.rows() != outer.rows()
          || header.dim() != outer.dim()) {
        throw new InputException(
            String.format(
                "%s has in its %s of %d x %d an %s of %d x %d, expected a flat index of that size",
                file,
                outer.kind(),
                outer.rows(),
                outer.dim(),
                header.kind(),
                header.rows(),
                header.dim()));
      }
      long begin = flat + FaissHeader.BYTES + Long.BYTES;
      long count =
          Math.multiplyHigh(header.rows(), header.dim()) == 0 ? header.rows() * header.dim() : -1;
      requireCount(file, channel, begin - Long.BYTES, count, "values");
      long end = requireRoom(file, channel, begin, header.rows(), 4L * header.dim());
      MappedFile values = new MappedFile(channel, begin, header.rows(), 4 * header.dim(), window);
      MappedFile numbers = null;
      if (mapped) {
        requireCount(file, channel, end, header.rows(), "ids");
        end = requireRoom(file, channel, end + Long.BYTES, header.rows(), Long.BYTES);
        numbers =
            new MappedFile(
                channel, end - header.rows() * Long.BYTES, header.rows(), Long.BYTES, window);
      }
      if (channel.size() != end) {
        throw new InputException(
            String.format("%s should end at byte %d but has %d", file, end, channel.size()));
      }
      Path ids = file.resolveSibling(file.getFileName() + IDS_SUFFIX);
      boolean lines = !mapped && Files.exists(ids);
      return new FaissFile(
          header, values, numbers, lines ? new IdList(ids, header.rows(), window) : null);
    }
  }

  private static void requireCount(
      Path file, FileChannel channel, long at, long expected, String what) throws IOException {
    long found = FaissHeader.read(file, channel, at, Long.BYTES, "its " + what).getLong();
    if (found != expected) {
      throw new InputException(
          String.format("%s should have %d %s but says %d", file, expected, what, found));
    }
  }

  private static long requireRoom(
      Path file, FileChannel channel, long from, long records, long bytes) throws IOException {
    if (records > (channel.size() - from) / bytes) {
      throw new InputException(
          String.format(
              "%s ends at byte %d, expected %d records of %d bytes from byte %d on (truncated?)",
              file, channel.size(), records, bytes, from));
    }
    return from + records * bytes;
  }

  /**
   * What the index compares by.
   *
   * @return true for the inner product, false for the squared distance
   */
  public boolean innerProduct() {
    return header.innerProduct();
  }

  @Override
  public long rows() {
    return header.rows();
  }

  @Override
  public int dim() {
    return header.dim();
  }

  @Override
  public String id(long ordinal) throws IOException {
    Objects.checkIndex(ordinal, rows());
    if (lines != null) {
      return lines.get(ordinal);
    }
    return Long.toString(numbers == null ? ordinal : numbers.slice(ordinal, 1).getLong(0));
  }

  @Override
  public FloatBuffer tile(long from, int count, FloatBuffer scratch) {
    Objects.checkFromIndexSize(from, count, rows());
    if (count > 0 && values.contiguous(from) >= count) {
      return values.slice(from, count).asFloatBuffer();
    }
    FloatBuffer target = scratch.duplicate().clear();
    copy(from, count, target);
    return target.flip();
  }

  @Override
  public void read(long from, int count, float[] target, int offset) {
    Objects.checkFromIndexSize(from, count, rows());
    copy(from, count, FloatBuffer.wrap(target, offset, Math.multiplyExact(count, dim())));
  }

  private void copy(long from, int count, FloatBuffer target) {
    for (long next = from; next < from + count; ) {
      int piece = (int) Math.min(values.contiguous(next), from + count - next);
      target.put(values.slice(next, piece).asFloatBuffer());
      next += piece;
    }
  }
}

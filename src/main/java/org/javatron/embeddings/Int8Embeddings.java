package org.javatron.embeddings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import org.javatron.io.InputException;

/**
 * The int8 form of embeddings on disk, opened by mapping: for each vector its codes ({@link
 * Int8Code}) after the mean was taken off and the rest rotated, a quarter of float32's bytes. It
 * stands beside the embeddings it was made of and cannot replace them: it says which passages may
 * be among the best, they say which are.
 *
 * <p>Record {@code i} of {@code codes.bin} is row {@code i}: as many codes as {@link #size}, then
 * scale, residual and length as float32, and four bytes of nothing; all little-endian. Thread-safe;
 * there is nothing to close.
 */
public final class Int8Embeddings {
  static final String NAME = "int8.json";
  static final String CODES = "codes.bin";

  private final Path directory;
  private final Int8Header header;
  private final Rotation rotation;
  private final MappedFile records;

  private Int8Embeddings(Path directory, Int8Header header, MappedFile records) {
    this.directory = directory;
    this.header = header;
    this.records = records;
    this.rotation = new Rotation(header.dim(), header.seed());
  }

  /**
   * Opens a folder that {@code javatron quantize} wrote, in constant time.
   *
   * @param directory the folder
   * @return the int8 form
   * @throws IOException if a file is missing, unfinished or not as the manifest says
   */
  public static Int8Embeddings open(Path directory) throws IOException {
    return open(directory, MappedFile.WINDOW);
  }

  static Int8Embeddings open(Path directory, int window) throws IOException {
    Path manifest = directory.resolve(NAME);
    if (!Files.exists(manifest)) {
      throw new InputException(
          directory + " has no " + NAME + "; expected a folder that quantize finished");
    }
    Int8Header header = Int8Header.of(JsonFields.read(manifest));
    Path codes = directory.resolve(CODES);
    int record = Int8Header.recordBytes(new Rotation(header.dim(), header.seed()).size());
    try (FileChannel channel = FileChannel.open(codes, StandardOpenOption.READ)) {
      long expected = header.rows() * record;
      if (channel.size() != expected) {
        throw new InputException(
            String.format(
                "%s should have %d bytes for its %d rows but has %d",
                codes, expected, header.rows(), channel.size()));
      }
      return new Int8Embeddings(
          directory, header, new MappedFile(channel, 0, header.rows(), record, window));
    }
  }

  /**
   * Refuses embeddings that this was not made of.
   *
   * @param embeddings what will be searched
   * @throws IOException if the hashes of their values differ
   */
  public void requireMadeOf(Embeddings embeddings) throws IOException {
    List<String> found = hashes(embeddings);
    if (!found.equals(header.sources())) {
      throw new InputException(
          String.format(
              "%s was made of other embeddings than %s: quantize those again",
              directory, embeddings.directories().get(0)));
    }
  }

  static List<String> hashes(Embeddings embeddings) {
    return embeddings.manifests().stream().map(each -> each.npy().sha256()).toList();
  }

  /**
   * How many vectors there are.
   *
   * @return 0 or more
   */
  public long rows() {
    return header.rows();
  }

  /**
   * Codes of a vector.
   *
   * @return the dimension, filled up to a multiple of 64
   */
  public int size() {
    return rotation.size();
  }

  /**
   * Bytes of a record: the codes and what follows them.
   *
   * @return a multiple of 16
   */
  public int recordBytes() {
    return Int8Header.recordBytes(size());
  }

  /**
   * What rotated the vectors.
   *
   * @return the same for all
   */
  public Rotation rotation() {
    return rotation;
  }

  /**
   * What was taken off every vector before it was rotated.
   *
   * @return a copy, {@code [dim]}
   */
  public float[] mean() {
    return header.mean().clone();
  }

  /**
   * Records in memory that native code can read: where they lie if they lie in one piece, else a
   * copy.
   *
   * @param from the first row
   * @param count how many rows
   * @param scratch direct, at least {@code count * recordBytes()} bytes; overwritten if needed
   * @return direct, little-endian, from position 0 to its limit
   */
  public ByteBuffer tile(long from, int count, ByteBuffer scratch) {
    Objects.checkFromIndexSize(from, count, rows());
    if (count == 0 || records.contiguous(from) >= count) {
      return records.slice(from, count);
    }
    ByteBuffer target = scratch.duplicate().order(ByteOrder.LITTLE_ENDIAN).clear();
    for (long next = from; next < from + count; ) {
      int piece = (int) Math.min(records.contiguous(next), from + count - next);
      target.put(records.slice(next, piece));
      next += piece;
    }
    return target.flip();
  }
}

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
import org.javatron.io.Sha256;

/**
 * The int8 form of embeddings on disk, opened by mapping: for each vector its codes ({@link
 * Int8Code}) in the coordinates of {@link Int8Space}, a quarter of float32's bytes. It stands
 * beside the embeddings it was made of and cannot replace them: it says which passages may be among
 * the best, they say which are.
 *
 * <p>Each part of the vectors lies in a file of its own, so that what a scan reads of all passages
 * is in few pieces. Record {@code i} is row {@code i}: as many codes as {@link Int8Space#size},
 * then four float32, little-endian: the part's scale; and of the head that this part completes, its
 * residual, the length of scales times codes, and the length of the tail behind it. Residuals and
 * lengths are upper bounds. Thread-safe; there is nothing to close.
 */
public final class Int8Embeddings {
  static final String NAME = "int8.json";
  private static final int NUMBERS = 4 * Float.BYTES;
  static final String PREFIX = "codes-";
  static final String SUFFIX = ".bin";
  static final String AXES = "axes.bin";

  private final Path directory;
  private final Int8Header header;
  private final Int8Space space;
  private final MappedFile[] parts;

  private Int8Embeddings(Path directory, Int8Header header, int window) throws IOException {
    this.directory = directory;
    this.header = header;
    space = space(directory, header);
    parts = new MappedFile[space.parts()];
    for (int part = 0; part < parts.length; part++) {
      parts[part] = map(name(part), recordBytes(space.size(part)), window);
    }
  }

  /** The file of a part. */
  static String name(int part) {
    return PREFIX + part + SUFFIX;
  }

  /**
   * Opens a folder that {@code javatron quantize} wrote, in a time that does not depend on its
   * rows.
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
    return new Int8Embeddings(directory, Int8Header.of(JsonFields.read(manifest)), window);
  }

  private MappedFile map(String name, int record, int window) throws IOException {
    Path file = directory.resolve(name);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long expected = header.rows() * record;
      if (channel.size() != expected) {
        throw new InputException(
            String.format(
                "%s should have %d bytes for its %d rows but has %d",
                file, expected, header.rows(), channel.size()));
      }
      return new MappedFile(channel, 0, header.rows(), record, window);
    }
  }

  /** The coordinates, with the axes of the folder, which must be the header's. */
  static Int8Space space(Path directory, Int8Header header) throws IOException {
    Path file = directory.resolve(AXES);
    if (!Files.exists(file) || !Sha256.of(file).equals(header.axes())) {
      throw new InputException(file + " is not the file that quantize wrote: quantize again");
    }
    PrincipalAxes axes = PrincipalAxes.of(header.dim(), Files.readAllBytes(file));
    return new Int8Space(header.dim(), axes, header.heads(), header.seed());
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
   * Values of a vector before it was coded.
   *
   * @return 1 or more
   */
  public int dim() {
    return header.dim();
  }

  /**
   * How many coordinates the heads have that a search may read first.
   *
   * @return ascending; the last is the whole vector
   */
  public List<Integer> heads() {
    return header.heads();
  }

  /**
   * The codes' size.
   *
   * @return bytes
   */
  public long bytes() {
    long bytes = 0;
    for (int part = 0; part < parts.length; part++) {
      bytes += rows() * recordBytes(space.size(part));
    }
    return bytes;
  }

  /**
   * The coordinates of the codes.
   *
   * @return the same for all
   */
  public Int8Space space() {
    return space;
  }

  /**
   * What was taken off every vector first.
   *
   * @return a copy, {@code [dim]}
   */
  public float[] mean() {
    return header.mean().clone();
  }

  /**
   * Records of a part in memory that native code can read: where they lie if they lie in one piece,
   * else a copy.
   *
   * @param part which, from 0 on
   * @param from the first row
   * @param count how many rows
   * @param scratch direct, at least {@code count} records; overwritten if needed
   * @return direct, little-endian, from position 0 to its limit
   */
  public ByteBuffer records(int part, long from, int count, ByteBuffer scratch) {
    MappedFile file = parts[part];
    Objects.checkFromIndexSize(from, count, rows());
    if (count == 0 || file.contiguous(from) >= count) {
      return file.slice(from, count);
    }
    ByteBuffer target = scratch.duplicate().order(ByteOrder.LITTLE_ENDIAN).clear();
    for (long next = from; next < from + count; ) {
      int piece = (int) Math.min(file.contiguous(next), from + count - next);
      target.put(file.slice(next, piece));
      next += piece;
    }
    return target.flip();
  }

  /**
   * Bytes of a record.
   *
   * @param size codes in it
   * @return a multiple of 16
   */
  public static int recordBytes(int size) {
    return size + NUMBERS;
  }
}

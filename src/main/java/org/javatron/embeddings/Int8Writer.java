package org.javatron.embeddings;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.javatron.io.AtomicFile;
import org.javatron.io.InputException;
import org.javatron.io.Progress;
import org.javatron.io.Sha256;

/**
 * Makes the int8 form of embeddings, in a folder that {@link Int8Embeddings} opens.
 *
 * <p>Rows are made in blocks and appended to hidden files. A run that was killed goes on with the
 * last block that had begun, and ends with the same bytes. Memory: one block, and three matrices of
 * dim rows and columns in double precision. All processors work at a block.
 */
public final class Int8Writer implements Closeable {
  /** Which rotations; any would do. */
  static final long SEED = 20_260_101;

  /** Rows of a block. */
  static final int BLOCK = 4096;

  private final Embeddings passages;
  private final Path directory;
  private final Int8Header header;
  private final Int8Space space;
  private final BlockFile heads;
  private final BlockFile tails;

  /**
   * Begins, or goes on with what a run that was killed has left.
   *
   * @param passages what is to be coded, finite
   * @param queries embeddings of queries like those to come, for which the search gets faster; null
   *     if there are none
   * @param head coordinates that a scan multiplies first, a multiple of 64 or all; 0 chooses
   * @param directory the folder to write; made if missing
   * @throws IOException if the folder is finished already, holds an unfinished form of other
   *     embeddings, is being written by another process, or cannot be written; or as {@link
   *     #requireFitting}
   */
  public Int8Writer(Embeddings passages, Embeddings queries, int head, Path directory)
      throws IOException {
    this.passages = passages;
    this.directory = directory;
    if (Files.exists(directory.resolve(Int8Embeddings.NAME))) {
      throw new InputException(directory + " is finished already: replace it with --force");
    }
    requireFitting(passages, queries, head);
    Files.createDirectories(directory);
    heads = new BlockFile(directory.resolve(Int8Embeddings.HEADS));
    tails = new BlockFile(directory.resolve(Int8Embeddings.TAILS));
    try {
      heads.lock();
      boolean begun = Files.exists(journal(directory));
      header = begun ? begun(queries, head) : begin(queries, head);
      space = Int8Embeddings.space(directory, header);
      long headBytes = (long) BLOCK * headRecord();
      long tailBytes = (long) BLOCK * tailRecord();
      long blocks = begun ? Math.min(heads.whole(headBytes), tails.whole(tailBytes)) : 0;
      heads.goOnAfter(blocks * headBytes);
      tails.goOnAfter(blocks * tailBytes);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Refuses queries or a head that do not fit the passages, before anything is replaced.
   *
   * @param passages what is to be coded
   * @param queries as for {@link #Int8Writer}
   * @param head likewise
   * @throws IOException if the queries have another dimension, or the head is no multiple of 64 up
   *     to it
   */
  public static void requireFitting(Embeddings passages, Embeddings queries, int head)
      throws IOException {
    int dim = passages.dim();
    if (queries != null && queries.dim() != dim) {
      throw new InputException(
          String.format("queries have %d values but the passages have %d", queries.dim(), dim));
    }
    if (head < 0 || head > dim || head % HeadLength.STEP != 0 && head != dim) {
      throw new InputException(
          String.format(
              "a head of %d values: expected a multiple of %d up to %d, or %3$d",
              head, HeadLength.STEP, dim));
    }
  }

  private static Path journal(Path directory) {
    return directory.resolve("." + Int8Embeddings.NAME + ".part");
  }

  private static List<String> hashes(Embeddings queries) {
    return queries == null ? List.of() : Int8Embeddings.hashes(queries);
  }

  private Int8Header begun(Embeddings queries, int head) throws IOException {
    Int8Header found = Int8Header.of(JsonFields.read(journal(directory)));
    if (!found.sources().equals(Int8Embeddings.hashes(passages))) {
      throw new InputException(
          directory + " holds an unfinished form of other embeddings: replace it with --force");
    }
    if (!found.queries().equals(hashes(queries)) || head > 0 && head != found.head()) {
      throw new InputException(
          directory
              + " holds an unfinished form with another head or of other queries: replace it with"
              + " --force");
    }
    return found;
  }

  private Int8Header begin(Embeddings queries, int head) throws IOException {
    Projection projection = Projection.centred(passages, queries);
    byte[] axes = projection.axes().bytes();
    Int8Header made =
        new Int8Header(
            passages.rows(),
            passages.dim(),
            head > 0 ? head : projection.head(),
            SEED,
            projection.mean(),
            HexFormat.of().formatHex(Sha256.digest().digest(axes)),
            Int8Embeddings.hashes(passages),
            hashes(queries));
    try (AtomicFile file = AtomicFile.create(directory.resolve(Int8Embeddings.AXES))) {
      file.stream().write(axes);
      file.commit();
    }
    JsonFields.write(journal(directory), made.toJson());
    return made;
  }

  private int headRecord() {
    return Int8Header.recordBytes(space.headSize());
  }

  private int tailRecord() {
    return Int8Header.recordBytes(space.tailSize());
  }

  /**
   * How many rows need not be made again.
   *
   * @return 0 for a new folder
   * @throws IOException if the file cannot be asked
   */
  public long rowsWritten() throws IOException {
    return heads.bytes() / headRecord();
  }

  /**
   * Makes the remaining rows and gives the folder its manifest.
   *
   * @param progress counts rows
   * @throws IOException if a value is not finite (the message names the row) or the disk refuses
   */
  public void write(Progress progress) throws IOException {
    int dim = header.dim();
    float[] values = new float[BLOCK * dim];
    byte[] madeHeads = new byte[BLOCK * headRecord()];
    byte[] madeTails = new byte[BLOCK * tailRecord()];
    for (long from = rowsWritten(); from < header.rows(); from += BLOCK) {
      int count = (int) Math.min(BLOCK, header.rows() - from);
      passages.read(from, count, values, 0);
      RowChecks.finite("the embedding of", passages, from, values, count * dim);
      int pieces = Runtime.getRuntime().availableProcessors();
      IntStream.range(0, pieces)
          .parallel()
          .forEach(
              piece ->
                  code(
                      values,
                      (int) ((long) count * piece / pieces),
                      (int) ((long) count * (piece + 1) / pieces),
                      madeHeads,
                      madeTails));
      heads.append(madeHeads, count * headRecord());
      tails.append(madeTails, count * tailRecord());
      progress.step(count);
    }
    finish();
  }

  private void code(float[] values, int from, int to, byte[] madeHeads, byte[] madeTails) {
    int dim = header.dim();
    double[] vectors = new double[(to - from) * dim];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = (double) values[from * dim + i] - header.mean()[i % dim];
    }
    double[] rotatedHeads = new double[(to - from) * space.headSize()];
    double[] rotatedTails = new double[(to - from) * space.tailSize()];
    space.apply(to - from, vectors, rotatedHeads, rotatedTails);
    ByteBuffer headRecords = ByteBuffer.wrap(madeHeads).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer tailRecords = ByteBuffer.wrap(madeTails).order(ByteOrder.LITTLE_ENDIAN);
    Int8Code head = new Int8Code();
    Int8Code tail = new Int8Code();
    for (int row = from; row < to; row++) {
      int size = space.headSize();
      int at = row * headRecord();
      head.set(rotatedHeads, (row - from) * size, size, Int8Code.LIMIT, 0, madeHeads, at);
      headRecords.position(at + size);
      size = space.tailSize();
      at = row * tailRecord();
      tail.set(rotatedTails, (row - from) * size, size, Int8Code.LIMIT, 0, madeTails, at);
      tailRecords.position(at + size);
      double rounded = 2 * space.error() * (head.norm() + tail.norm()); // more than the length
      headRecords
          .putFloat(head.scale())
          .putFloat(Int8Code.above(head.residual() + rounded))
          .putFloat(Int8Code.above(head.length()))
          .putFloat(Int8Code.above(tail.norm()));
      tailRecords.putFloat(tail.scale()).putFloat(Int8Code.above(tail.residual())).putLong(0);
    }
  }

  private void finish() throws IOException {
    ObjectNode json = header.toJson();
    ObjectNode files = json.putObject("files");
    long headBytes = heads.bytes();
    long tailBytes = tails.bytes();
    files.putObject(Int8Embeddings.HEADS).put("bytes", headBytes).put("sha256", heads.finish());
    files.putObject(Int8Embeddings.TAILS).put("bytes", tailBytes).put("sha256", tails.finish());
    JsonFields.write(directory.resolve(Int8Embeddings.NAME), json);
    Files.delete(journal(directory));
  }

  /**
   * Deletes an int8 form, finished or not, and nothing else in the folder.
   *
   * @param directory the folder, existing or not
   * @throws IOException if a file cannot be deleted
   */
  public static void discard(Path directory) throws IOException {
    Files.deleteIfExists(directory.resolve(Int8Embeddings.NAME)); // first: then it is not finished
    Files.deleteIfExists(journal(directory));
    BlockFile.discard(directory.resolve(Int8Embeddings.HEADS));
    BlockFile.discard(directory.resolve(Int8Embeddings.TAILS));
    Files.deleteIfExists(directory.resolve(Int8Embeddings.AXES));
  }

  /** Closes the files; what was written so far is found by the next run. */
  @Override
  public void close() throws IOException {
    try (heads;
        tails) {
      // both, also if one fails
    }
  }
}

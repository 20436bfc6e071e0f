package org.javatron.embeddings;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
  private final List<BlockFile> files = new ArrayList<>(); // one for each part

  /**
   * Begins, or goes on with what a run that was killed has left.
   *
   * @param passages what is to be coded, finite
   * @param queries embeddings of queries like those to come, for which the search gets faster; null
   *     if there are none
   * @param heads how many coordinates a scan may multiply first, ascending multiples of 64; none
   *     lets a sample choose
   * @param directory the folder to write; made if missing
   * @throws IOException if the folder is finished already, holds an unfinished form of other
   *     embeddings, is being written by another process, or cannot be written; or as {@link
   *     #requireFitting}
   */
  public Int8Writer(Embeddings passages, Embeddings queries, List<Integer> heads, Path directory)
      throws IOException {
    this.passages = passages;
    this.directory = directory;
    if (Files.exists(directory.resolve(Int8Embeddings.NAME))) {
      throw new InputException(directory + " is finished already: replace it with --force");
    }
    requireFitting(passages, queries, heads);
    Files.createDirectories(directory);
    try {
      file(0).lock();
      boolean begun = Files.exists(journal(directory));
      header = begun ? begun(queries, heads) : begin(queries, heads);
      space = Int8Embeddings.space(directory, header);
      long blocks = begun ? Long.MAX_VALUE : 0;
      for (int part = 0; part < space.parts(); part++) {
        blocks = Math.min(blocks, file(part).whole((long) BLOCK * record(part)));
      }
      for (int part = 0; part < space.parts(); part++) {
        file(part).goOnAfter(blocks * BLOCK * record(part));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The file of a part, of which those before it are open. */
  private BlockFile file(int part) throws IOException {
    if (part == files.size()) {
      files.add(new BlockFile(directory.resolve(Int8Embeddings.name(part))));
    }
    return files.get(part);
  }

  private int record(int part) {
    return Int8Embeddings.recordBytes(space.size(part));
  }

  /**
   * Refuses queries or heads that do not fit the passages, before anything is replaced.
   *
   * @param passages what is to be coded
   * @param queries as for {@link #Int8Writer}
   * @param heads likewise
   * @throws IOException if the queries have another dimension, or the heads are no ascending
   *     multiples of 64 below it
   */
  public static void requireFitting(Embeddings passages, Embeddings queries, List<Integer> heads)
      throws IOException {
    int dim = passages.dim();
    if (queries != null && queries.dim() != dim) {
      throw new InputException(
          String.format("queries have %d values but the passages have %d", queries.dim(), dim));
    }
    int last = 0;
    for (int head : heads) {
      if (head <= last || head % HeadShares.STEP != 0 && head != dim || head > dim) {
        throw new InputException(
            String.format(
                "heads %s: expected ascending multiples of %d up to %d, the values of a passage",
                heads, HeadShares.STEP, dim));
      }
      last = head;
    }
  }

  private static Path journal(Path directory) {
    return directory.resolve("." + Int8Embeddings.NAME + ".part");
  }

  private static List<String> hashes(Embeddings queries) {
    return queries == null ? List.of() : Int8Embeddings.hashes(queries);
  }

  private Int8Header begun(Embeddings queries, List<Integer> heads) throws IOException {
    Int8Header found = Int8Header.of(JsonFields.read(journal(directory)));
    if (!found.sources().equals(Int8Embeddings.hashes(passages))) {
      throw new InputException(
          directory + " holds an unfinished form of other embeddings: replace it with --force");
    }
    boolean same = heads.isEmpty() || withAll(heads).equals(found.heads());
    if (!found.queries().equals(hashes(queries)) || !same) {
      throw new InputException(
          directory
              + " holds an unfinished form with other heads or of other queries: replace it with"
              + " --force");
    }
    return found;
  }

  /** The last part ends with the vector. */
  private List<Integer> withAll(List<Integer> heads) {
    return Stream.concat(heads.stream(), Stream.of(passages.dim())).distinct().toList();
  }

  /** For searches of the 10 to 1,000 best, by a sample. */
  private List<Integer> chosen(HeadShares shares) {
    double rows = Math.max(1, passages.rows());
    return shares.useful(Math.min(1, 10 / rows), Math.min(1, 1000 / rows));
  }

  private Int8Header begin(Embeddings queries, List<Integer> heads) throws IOException {
    Projection projection = Projection.centred(passages, queries);
    byte[] axes = projection.axes().bytes();
    Int8Header made =
        new Int8Header(
            passages.rows(),
            passages.dim(),
            heads.isEmpty() ? chosen(projection.shares()) : withAll(heads),
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

  /**
   * How many rows need not be made again.
   *
   * @return 0 for a new folder
   * @throws IOException if the file cannot be asked
   */
  public long rowsWritten() throws IOException {
    return file(0).bytes() / record(0);
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
    byte[][] made = new byte[space.parts()][];
    for (int part = 0; part < made.length; part++) {
      made[part] = new byte[BLOCK * record(part)];
    }
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
                      made));
      for (int part = 0; part < made.length; part++) {
        file(part).append(made[part], count * record(part));
      }
      progress.step(count);
    }
    finish();
  }

  private void code(float[] values, int from, int to, byte[][] made) {
    int dim = header.dim();
    double[] vectors = new double[(to - from) * dim];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = (double) values[from * dim + i] - header.mean()[i % dim];
    }
    int size = space.size();
    double[] coordinates = new double[(to - from) * size];
    space.apply(to - from, vectors, coordinates);
    Int8Code code = new Int8Code();
    for (int row = from; row < to; row++) {
      double residual = 0; // squares of what was coded so far
      double length = 0;
      for (int part = 0; part < made.length; part++) {
        int begin = (row - from) * size + space.offset(part);
        int end = (row - from) * size + space.offset(part + 1);
        int at = row * record(part);
        code.set(coordinates, begin, end - begin, Int8Code.LIMIT, 0, made[part], at);
        residual += code.residual() * code.residual();
        length += code.length() * code.length();
        ByteBuffer.wrap(made[part])
            .order(ByteOrder.LITTLE_ENDIAN)
            .position(at + end - begin)
            .putFloat(code.scale())
            .putFloat(Int8Code.root(residual))
            .putFloat(Int8Code.root(length))
            .putFloat(Int8Code.root(square(coordinates, end, (row - from + 1) * size)));
      }
    }
  }

  private static double square(double[] values, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += values[i] * values[i];
    }
    return sum;
  }

  private void finish() throws IOException {
    ObjectNode json = header.toJson();
    ObjectNode written = json.putObject("files");
    for (int part = 0; part < space.parts(); part++) {
      long bytes = file(part).bytes();
      written
          .putObject(Int8Embeddings.name(part))
          .put("bytes", bytes)
          .put("sha256", file(part).finish());
    }
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
    if (Files.exists(directory)) {
      BlockFile.discard(directory, Int8Embeddings.PREFIX, Int8Embeddings.SUFFIX);
    }
    Files.deleteIfExists(directory.resolve(Int8Embeddings.AXES));
  }

  /** Closes the files; what was written so far is found by the next run. */
  @Override
  public void close() throws IOException {
    for (BlockFile file : files) {
      file.close();
    }
  }
}

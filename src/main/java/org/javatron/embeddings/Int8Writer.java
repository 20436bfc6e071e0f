package org.javatron.embeddings;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.IntStream;
import org.javatron.io.InputException;
import org.javatron.io.Progress;
import org.javatron.io.Sha256;

/**
 * Makes the int8 form of embeddings, in a folder that {@link Int8Embeddings} opens.
 *
 * <p>Rows are made in blocks and appended to a hidden file. A run that was killed goes on with the
 * last block that had begun, and ends with the same bytes. Memory: one block. All processors work
 * at a block.
 */
public final class Int8Writer implements Closeable {
  /** Which rotation; any would do. */
  static final long SEED = 20_260_101;

  /** Rows of a block. */
  static final int BLOCK = 4096;

  /** At most so many rows, evenly spaced, are asked for the mean. */
  private static final int SAMPLE = 1 << 16;

  private final Embeddings embeddings;
  private final Path directory;
  private final Int8Header header;
  private final Rotation rotation;
  private final FileChannel codes;

  /**
   * Begins, or goes on with what a run that was killed has left.
   *
   * @param embeddings what is to be coded, finite
   * @param directory the folder to write; made if missing
   * @throws IOException if the folder is finished already, holds an unfinished form of other
   *     embeddings, is being written by another process, or cannot be written
   */
  public Int8Writer(Embeddings embeddings, Path directory) throws IOException {
    this.embeddings = embeddings;
    this.directory = directory;
    requireUnfinished();
    header =
        new Int8Header(
            embeddings.rows(),
            embeddings.dim(),
            SEED,
            mean(embeddings),
            Int8Embeddings.hashes(embeddings));
    rotation = new Rotation(header.dim(), SEED);
    Files.createDirectories(directory);
    codes =
        FileChannel.open(
            part(directory),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      lock();
      resume();
    } catch (IOException | RuntimeException e) {
      codes.close();
      throw e;
    }
  }

  private void requireUnfinished() throws InputException {
    if (Files.exists(directory.resolve(Int8Embeddings.NAME))) {
      throw new InputException(directory + " is finished already: replace it with --force");
    }
  }

  private static Path part(Path directory) {
    return directory.resolve("." + Int8Embeddings.CODES + ".part");
  }

  private static Path journal(Path directory) {
    return directory.resolve("." + Int8Embeddings.NAME + ".part");
  }

  private void lock() throws IOException {
    boolean locked;
    try {
      locked = codes.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      locked = false; // by this process
    }
    if (!locked) {
      throw new InputException(directory + " is being written by another run");
    }
  }

  private void resume() throws IOException {
    Path journal = journal(directory);
    long blocks = 0;
    if (Files.exists(journal)) {
      if (!JsonFields.read(journal).node().toString().equals(header.toJson().toString())) {
        throw new InputException(
            directory + " holds an unfinished form of other embeddings: replace it with --force");
      }
      blocks = Math.max(0, codes.size() / blockBytes() - 1); // the last may have been cut anywhere
    } else {
      JsonFields.write(journal, header.toJson());
    }
    codes.truncate(blocks * blockBytes());
    codes.position(blocks * blockBytes());
  }

  private long blockBytes() {
    return (long) BLOCK * Int8Header.recordBytes(rotation.size());
  }

  /**
   * How many rows need not be made again.
   *
   * @return 0 for a new folder
   * @throws IOException if the file cannot be asked
   */
  public long rowsWritten() throws IOException {
    return codes.position() / Int8Header.recordBytes(rotation.size());
  }

  /**
   * Makes the remaining rows and gives the folder its manifest.
   *
   * @param progress counts rows
   * @throws IOException if a value is not finite (the message names the row) or the disk refuses
   */
  public void write(Progress progress) throws IOException {
    int dim = header.dim();
    int record = Int8Header.recordBytes(rotation.size());
    float[] values = new float[BLOCK * dim];
    byte[] made = new byte[BLOCK * record];
    for (long from = rowsWritten(); from < header.rows(); from += BLOCK) {
      int count = (int) Math.min(BLOCK, header.rows() - from);
      embeddings.read(from, count, values, 0);
      RowChecks.finite("the embedding of", embeddings, from, values, count * dim);
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
      ByteBuffer bytes = ByteBuffer.wrap(made, 0, count * record);
      while (bytes.hasRemaining()) {
        codes.write(bytes);
      }
      progress.step(count);
    }
    finish();
  }

  private void code(float[] values, int from, int to, byte[] made) {
    int size = rotation.size();
    ByteBuffer records = ByteBuffer.wrap(made).order(ByteOrder.LITTLE_ENDIAN);
    double[] vector = new double[header.dim()];
    double[] rotated = new double[size];
    double[] scratch = new double[size];
    Int8Code code = new Int8Code();
    for (int row = from; row < to; row++) {
      for (int i = 0; i < vector.length; i++) {
        vector[i] = (double) values[row * vector.length + i] - header.mean()[i];
      }
      rotation.apply(vector, rotated, scratch);
      int at = row * Int8Header.recordBytes(size);
      code.set(rotated, Int8Code.LIMIT, 0, made, at);
      records.putFloat(at + size, code.scale());
      records.putFloat(at + size + 4, code.residual());
      records.putFloat(at + size + 8, code.length());
      records.putFloat(at + size + 12, 0);
    }
  }

  private void finish() throws IOException {
    codes.force(true);
    var json = header.toJson();
    json.putObject("files")
        .putObject(Int8Embeddings.CODES)
        .put("bytes", codes.size())
        .put("sha256", Sha256.of(codes));
    Path named = directory.resolve(Int8Embeddings.CODES);
    Files.move(part(directory), named, StandardCopyOption.ATOMIC_MOVE);
    JsonFields.write(directory.resolve(Int8Embeddings.NAME), json);
    Files.delete(journal(directory));
  }

  /**
   * The mean of a sample, as float32. Whatever it is, scores stay exact: it only makes codes finer.
   */
  private static float[] mean(Embeddings embeddings) {
    int dim = embeddings.dim();
    double[] sums = new double[dim];
    float[] row = new float[dim];
    long step = Math.max(1, embeddings.rows() / SAMPLE);
    long count = 0;
    for (long at = 0; at < embeddings.rows(); at += step) {
      embeddings.read(at, 1, row, 0);
      for (int i = 0; i < dim; i++) {
        sums[i] += row[i];
      }
      count++;
    }
    float[] mean = new float[dim];
    for (int i = 0; i < dim; i++) {
      float value = (float) (sums[i] / count);
      mean[i] = Float.isFinite(value) ? value : 0; // what is not finite is refused with its row
    }
    return mean;
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
    Files.deleteIfExists(directory.resolve(Int8Embeddings.CODES));
    Files.deleteIfExists(part(directory));
  }

  /** Closes the file; what was written so far is found by the next run. */
  @Override
  public void close() throws IOException {
    codes.close();
  }
}

package org.javatron.embeddings;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.javatron.embeddings.EmbeddingsManifest.FileFacts;
import org.javatron.io.InputException;
import org.javatron.io.Sha256;

/**
 * Writes a folder of embeddings so that a run killed at any moment can be continued, with the same
 * bytes in the end as an undisturbed run's.
 *
 * <p>Until {@link #finish} the rows and ids lie in hidden files of the folder. Each {@link #append}
 * forces its chunk to disk and only then replaces the journal, so after a crash the journal counts
 * exactly the chunks that are whole; what lies behind them is cut off when the run continues.
 *
 * <pre>{@code
 * try (EmbeddingsWriter writer = EmbeddingsWriter.open(folder, header)) {
 *   for (long row = writer.rowsWritten(); row < header.rows(); row += chunk.size()) {
 *     ... // encode the next chunk
 *     writer.append(vectors, ids);
 *   }
 *   writer.finish();
 * }
 * }</pre>
 *
 * <p>Not thread-safe. A second writer on the same folder is refused. Memory: one buffer of 1 MiB.
 */
public final class EmbeddingsWriter implements Closeable {
  private static final int BUFFER = 1 << 20;

  private final Path directory;
  private final EmbeddingsHeader header;
  private final FileChannel npy;
  private final FileChannel ids;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private long rows;

  private EmbeddingsWriter(
      Path directory, EmbeddingsHeader header, FileChannel npy, FileChannel ids) {
    this.directory = directory;
    this.header = header;
    this.npy = npy;
    this.ids = ids;
  }

  /**
   * Begins a folder of embeddings, or continues one.
   *
   * @param directory the folder; made with its parents if missing
   * @param header what will be written; of an unfinished run, exactly what was begun
   * @return the writer, at {@link #rowsWritten}; the caller closes it
   * @throws IOException if the folder is finished already, or holds an unfinished run with another
   *     header (the message names the setting that differs), or is being written by another
   *     process, or cannot be written
   */
  public static EmbeddingsWriter open(Path directory, EmbeddingsHeader header) throws IOException {
    requireUnfinished(directory);
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new InputException(directory + " is a file; expected a folder");
    }
    Files.createDirectories(directory);
    FileChannel npy = open(directory, EmbeddingsManifest.NPY_NAME);
    FileChannel ids = null;
    try {
      lock(directory, npy);
      hide(directory, EmbeddingsManifest.NPY_NAME);
      hide(directory, EmbeddingsManifest.IDS_NAME);
      ids = open(directory, EmbeddingsManifest.IDS_NAME);
      EmbeddingsWriter writer = new EmbeddingsWriter(directory, header, npy, ids);
      // A run that failed before its first chunk left nothing worth keeping.
      var journal = Journal.read(directory).filter(begun -> begun.rows() > 0);
      if (journal.isPresent()) {
        journal.get().requireSameHeader(directory, header);
        writer.resume(journal.get());
      } else {
        writer.begin();
      }
      return writer;
    } catch (IOException | RuntimeException e) {
      npy.close();
      if (ids != null) {
        ids.close();
      }
      throw e;
    }
  }

  private static void requireUnfinished(Path directory) throws InputException {
    if (isFinished(directory)) {
      throw new InputException(
          directory + " holds finished embeddings already: overwrite them with --force");
    }
  }

  /**
   * Whether a folder holds finished embeddings, so that nothing is left to write.
   *
   * @param directory the folder, existing or not
   * @return true if it has a manifest
   */
  public static boolean isFinished(Path directory) {
    return Files.exists(directory.resolve(EmbeddingsManifest.NAME));
  }

  /**
   * Whether a folder holds an unfinished run that {@link #open} would continue.
   *
   * @param directory the folder; it may be missing
   * @param header what would be written
   * @return false for finished embeddings, another run's rows or nothing
   * @throws IOException if the journal cannot be read
   */
  public static boolean canContinue(Path directory, EmbeddingsHeader header) throws IOException {
    return !isFinished(directory)
        && Journal.read(directory)
            .filter(
                journal ->
                    EmbeddingsHeader.difference("", journal.header().toJson(), header.toJson())
                        .isEmpty())
            .isPresent();
  }

  /**
   * Deletes the embeddings of a folder, finished or not, and nothing else in it.
   *
   * @param directory the folder, existing or not
   * @throws IOException if a file cannot be deleted
   */
  public static void discard(Path directory) throws IOException {
    // The manifest first: whatever is left then no longer passes for finished.
    Files.deleteIfExists(directory.resolve(EmbeddingsManifest.NAME));
    Files.deleteIfExists(Journal.file(directory));
    for (String name : List.of(EmbeddingsManifest.NPY_NAME, EmbeddingsManifest.IDS_NAME)) {
      Files.deleteIfExists(directory.resolve(name));
      Files.deleteIfExists(partFile(directory, name));
    }
  }

  private static Path partFile(Path directory, String name) {
    return directory.resolve("." + name + ".part");
  }

  /**
   * Opens a file of the folder, hidden or, since a crash inside {@link #finish}, named already. One
   * that is there is never made anew: another run may be renaming it just now, and a new file under
   * the old name would not carry that run's lock.
   */
  private static FileChannel open(Path directory, String name) throws IOException {
    Path part = partFile(directory, name);
    Path named = directory.resolve(name);
    Set<StandardOpenOption> how = EnumSet.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
    if (!Files.exists(part) && !Files.exists(named)) {
      how.add(StandardOpenOption.CREATE_NEW);
    }
    try {
      return FileChannel.open(isNamed(directory, name) ? named : part, how);
    } catch (NoSuchFileException | FileAlreadyExistsException e) {
      throw writtenByAnother(directory);
    }
  }

  private static InputException writtenByAnother(Path directory) {
    return new InputException(directory + " is being written by another run");
  }

  private static boolean isNamed(Path directory, String name) {
    return !Files.exists(partFile(directory, name)) && Files.exists(directory.resolve(name));
  }

  /** Takes a name back. Only under the lock: another run may be giving it just now. */
  private static void hide(Path directory, String name) throws IOException {
    if (isNamed(directory, name)) {
      Path file = directory.resolve(name);
      if (!Files.exists(Journal.file(directory))) {
        throw new InputException(
            file + " exists without a " + EmbeddingsManifest.NAME + ": move it away");
      }
      Files.move(file, partFile(directory, name), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Keeps other runs out until the channel is closed. */
  private static void lock(Path directory, FileChannel npy) throws IOException {
    boolean locked;
    try {
      locked = npy.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      locked = false; // by this process: the same answer as for another
    }
    if (!locked) {
      throw writtenByAnother(directory);
    }
    requireUnfinished(directory); // what held the lock a moment ago may have finished
  }

  private void begin() throws IOException {
    npy.truncate(0);
    ids.truncate(0);
    buffer.clear();
    buffer.put(NpyHeader.write(header.type(), header.rows(), header.dim()));
    flush();
    npy.force(true);
    new Journal(header, 0, 0).write(directory);
  }

  private void resume(Journal journal) throws IOException {
    rows = journal.rows();
    cut(npy, EmbeddingsManifest.NPY_NAME, NpyHeader.WRITTEN_BYTES + rows * rowBytes());
    cut(ids, EmbeddingsManifest.IDS_NAME, journal.idsBytes());
  }

  private void cut(FileChannel file, String name, long size) throws IOException {
    if (file.size() < size) {
      throw new InputException(
          String.format(
              "%s should have at least %d bytes after %d rows but has %d:"
                  + " delete the folder and begin again",
              partFile(directory, name), size, rows, file.size()));
    }
    file.truncate(size);
    file.position(size);
  }

  private long rowBytes() {
    return (long) header.dim() * header.type().bytes();
  }

  /**
   * How many rows are safely on disk.
   *
   * @return the row with which to continue
   */
  public long rowsWritten() {
    return rows;
  }

  /**
   * Writes the next rows. When this returns, they survive a crash.
   *
   * @param vectors float32, {@code [ids.size(), dim]}, row-major, finite
   * @param rowIds one id for each row: not empty, without tabs and line breaks
   * @throws IOException if a value is not finite or too large for float16, an id is not valid (the
   *     message names the id), or the disk refuses; nothing of the chunk counts then
   */
  public void append(float[] vectors, List<String> rowIds) throws IOException {
    if (vectors.length != (long) rowIds.size() * header.dim()) {
      throw new IllegalArgumentException(
          String.format(
              "%d values are not %d rows of %d", vectors.length, rowIds.size(), header.dim()));
    }
    if (rowIds.size() > header.rows() - rows) {
      throw new IllegalArgumentException(
          String.format(
              "%d more rows after %d are more than the %d that were announced",
              rowIds.size(), rows, header.rows()));
    }
    if (rowIds.isEmpty()) {
      return;
    }
    byte[] lines = RowChecks.lines(rowIds, rows);
    RowChecks.values(vectors, rowIds, rows, header);
    writeValues(vectors);
    ByteBuffer text = ByteBuffer.wrap(lines);
    while (text.hasRemaining()) {
      ids.write(text);
    }
    npy.force(false);
    ids.force(false);
    rows += rowIds.size();
    new Journal(header, rows, ids.position()).write(directory);
  }

  private void writeValues(float[] vectors) throws IOException {
    int perBuffer = BUFFER / header.type().bytes();
    for (int from = 0; from < vectors.length; from += perBuffer) {
      int count = Math.min(perBuffer, vectors.length - from);
      buffer.clear();
      if (header.type() == EmbeddingType.FLOAT32) {
        buffer.asFloatBuffer().put(vectors, from, count);
        buffer.position(count * Float.BYTES);
      } else {
        for (int i = from; i < from + count; i++) {
          buffer.putShort(Half.fromFloat(vectors[i]));
        }
      }
      flush();
    }
  }

  private void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      npy.write(buffer);
    }
  }

  /**
   * Gives the files their names, the manifest last. Reads both files once, for their hashes.
   *
   * @throws IOException if rows are missing or a file cannot be read, written or renamed; the run
   *     can be continued then
   */
  public void finish() throws IOException {
    if (rows != header.rows()) {
      throw new InputException(
          directory + " should get " + header.rows() + " rows but has " + rows);
    }
    FileFacts npyFacts = name(EmbeddingsManifest.NPY_NAME, npy);
    FileFacts idsFacts = name(EmbeddingsManifest.IDS_NAME, ids);
    new EmbeddingsManifest(header, npyFacts, idsFacts)
        .write(directory.resolve(EmbeddingsManifest.NAME));
    Files.delete(Journal.file(directory));
    close(); // and with it the lock
  }

  private FileFacts name(String name, FileChannel file) throws IOException {
    Path part = partFile(directory, name);
    FileFacts facts = new FileFacts(file.size(), Sha256.of(file));
    Files.move(part, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    return facts;
  }

  /** Closes the files; without {@link #finish} before, the run can be continued. */
  @Override
  public void close() throws IOException {
    npy.close();
    ids.close();
  }
}

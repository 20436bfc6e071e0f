package org.javatron.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.javatron.io.AtomicFile;

/**
 * Writes negatives as the coCondenser tutorial's file has them, {@code qid\tpid,pid,...}; the file
 * appears under its name only with {@link #commit}. Not thread-safe.
 */
public final class NegativesWriter implements Closeable {
  private final AtomicFile file;

  private NegativesWriter(AtomicFile file) {
    this.file = file;
  }

  /**
   * Opens a file to be written.
   *
   * @param path where it will stand; missing folders are made, an old file is replaced at the end
   * @return the writer, to be committed and closed by the caller
   * @throws IOException if the folder cannot be made or written
   */
  public static NegativesWriter create(Path path) throws IOException {
    return new NegativesWriter(AtomicFile.create(path));
  }

  /**
   * Writes a query's line.
   *
   * @param negatives the query and its passages
   * @throws IOException if the disk is full or the file cannot be written
   * @throws IllegalArgumentException if a passage's id has a comma, which parts ids in this file
   */
  public void write(Negatives negatives) throws IOException {
    for (String id : negatives.passageIds()) {
      if (id.indexOf(',') >= 0) {
        throw new IllegalArgumentException(
            "the passage id \"%s\" cannot be written in a negatives file, where a comma ends an id"
                .formatted(id));
      }
    }
    String line = negatives.queryId() + '\t' + String.join(",", negatives.passageIds()) + '\n';
    file.stream().write(line.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Makes the file appear under its name.
   *
   * @throws IOException if the bytes cannot be forced to disk or the file not renamed
   */
  public void commit() throws IOException {
    file.commit();
  }

  /** Closes the file; without {@link #commit} before, nothing of it is left. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}

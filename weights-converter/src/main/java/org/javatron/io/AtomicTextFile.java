package org.javatron.io;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/**
 * A text file in UTF-8 that appears whole under its name or not at all, gzip-compressed if its name
 * ends in {@code .gz}. Not thread-safe.
 */
public final class AtomicTextFile implements Closeable {
  private static final int BUFFER = 1 << 16;

  private final AtomicFile file;
  private final GZIPOutputStream gzip;
  private final Writer writer;

  private AtomicTextFile(AtomicFile file, GZIPOutputStream gzip) {
    this.file = file;
    this.gzip = gzip;
    OutputStream bytes = gzip == null ? file.stream() : gzip;
    this.writer = new BufferedWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8), BUFFER);
  }

  /**
   * Opens a file to be written.
   *
   * @param target where it will stand after {@link #commit}; replaced if it exists
   * @return the open file, to be committed and closed by the caller
   * @throws IOException if its folder cannot be made or written
   */
  public static AtomicTextFile create(Path target) throws IOException {
    AtomicFile file = AtomicFile.create(target);
    try {
      boolean compressed = target.getFileName().toString().endsWith(".gz");
      return new AtomicTextFile(
          file, compressed ? new GZIPOutputStream(file.stream(), BUFFER) : null);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Where the text goes, buffered.
   *
   * @return the writer; closing it is {@link #close}'s work
   */
  public Writer writer() {
    return writer;
  }

  /**
   * Makes the file appear under its name.
   *
   * @throws IOException if the disk is full or the file cannot be renamed
   */
  public void commit() throws IOException {
    writer.flush();
    if (gzip != null) {
      gzip.finish();
    }
    file.commit();
  }

  /** Closes the file; without {@link #commit} before, nothing of it is left. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}

package org.javatron.io;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Text files as the collections come: UTF-8, gzip-compressed or not. */
public final class TextFiles {
  private static final int BUFFER = 1 << 16;

  private TextFiles() {}

  /**
   * Opens a file's bytes, decompressed if they begin as a gzip file does (whatever its name).
   *
   * @param path the file
   * @return its bytes; the caller closes them
   * @throws IOException if it cannot be read
   */
  public static InputStream open(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new InputException(path + ": expected a file, found a folder");
    }
    InputStream raw = new BufferedInputStream(Files.newInputStream(path), BUFFER);
    try {
      raw.mark(2);
      boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
      raw.reset();
      return gzip ? new BufferedInputStream(new GZIPInputStream(raw, BUFFER), BUFFER) : raw;
    } catch (IOException e) {
      raw.close();
      throw e;
    }
  }

  /**
   * Opens a file's text. Bytes that are not UTF-8 are an error when they are reached, never
   * silently replaced.
   *
   * @param path the file, gzip-compressed or not
   * @return its characters; the caller closes them
   * @throws IOException if it cannot be read
   */
  public static BufferedReader reader(Path path) throws IOException {
    return new BufferedReader(
        new InputStreamReader(
            open(path),
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)),
        BUFFER);
  }
}

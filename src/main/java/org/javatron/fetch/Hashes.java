package org.javatron.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.javatron.io.Progress;
import org.javatron.io.Sha256;

/**
 * The hashes of a file, both from one reading.
 *
 * @param sha256 64 hexadecimal digits
 * @param md5 32 hexadecimal digits
 */
record Hashes(String sha256, String md5) {
  /** Reads a file once, in blocks; the progress counts bytes. */
  static Hashes of(Path file, Progress progress) throws IOException {
    MessageDigest sha256 = Sha256.digest();
    MessageDigest md5 = newMd5();
    byte[] block = new byte[1 << 18];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        sha256.update(block, 0, n);
        md5.update(block, 0, n);
        progress.step(n);
      }
    }
    HexFormat hex = HexFormat.of();
    return new Hashes(hex.formatHex(sha256.digest()), hex.formatHex(md5.digest()));
  }

  private static MessageDigest newMd5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }
}

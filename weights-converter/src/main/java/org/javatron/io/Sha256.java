package org.javatron.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 as the manifests write it: 64 lower-case hexadecimal digits. */
public final class Sha256 {
  private Sha256() {}

  /**
   * A digest to be fed by the caller.
   *
   * @return a new SHA-256 digest
   */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * The hash of a file's bytes, read once in blocks.
   *
   * @param file the file
   * @return 64 hexadecimal digits
   * @throws IOException if it cannot be read
   */
  public static String of(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      return of(channel);
    }
  }

  /**
   * The hash of an open file's bytes, from its first to its last, read once in blocks; the
   * channel's position does not matter and stays.
   *
   * @param file the file, open for reading
   * @return 64 hexadecimal digits
   * @throws IOException if it cannot be read
   */
  public static String of(FileChannel file) throws IOException {
    MessageDigest digest = digest();
    ByteBuffer block = ByteBuffer.allocate(1 << 16);
    for (long at = 0; file.read(block.clear(), at) >= 0; at += block.limit()) {
      digest.update(block.flip());
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}

package org.javatron.weights.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.javatron.io.Sha256;

/** The two hashes by which the hub names content. */
final class ContentHash {
  private static final int SHA256_DIGITS = 64;

  private ContentHash() {}

  /** What a hash of so many hexadecimal digits is called. */
  static String name(int digits) {
    return digits == SHA256_DIGITS ? "SHA-256" : "git SHA-1";
  }

  /** SHA-256 of a file for 64 digits, git's blob hash for 40. */
  static String of(Path file, int digits) throws IOException {
    return digits == SHA256_DIGITS ? Sha256.of(file) : git(file);
  }

  private static String git(Path file) throws IOException {
    MessageDigest digest = sha1();
    digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
    byte[] block = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(block); count >= 0; count = in.read(block)) {
        digest.update(block, 0, count);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}

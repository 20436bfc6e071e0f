package org.javatron.kernels.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.javatron.io.AtomicFile;
import org.javatron.io.Sha256;

/**
 * Compiled kernels of earlier runs, in files named by the hash of all they depend on: sources,
 * options and the compiler's version. A folder that can't be written costs time, no more.
 */
final class CudaCache {
  private final Path folder;

  CudaCache(Path folder) {
    this.folder = folder;
  }

  /** {@code javatron/cuda} below {@code XDG_CACHE_HOME}, else below {@code ~/.cache}. */
  static CudaCache ofUser() {
    String base = System.getenv("XDG_CACHE_HOME");
    Path parent =
        base == null || base.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(base);
    return new CudaCache(parent.resolve("javatron").resolve("cuda"));
  }

  /**
   * The code of a file of kernels: read if it is there, else compiled and written.
   *
   * @param file its name
   * @param parts all that the code depends on
   * @param compile makes it
   */
  byte[] code(String file, List<String> parts, Supplier<byte[]> compile) {
    Path path = path(file, parts);
    byte[] code = read(path);
    if (code == null) {
      code = compile.get();
      write(path, code);
    }
    return code;
  }

  private Path path(String file, List<String> parts) {
    MessageDigest digest = Sha256.digest();
    for (String part : parts) {
      digest.update(part.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    String hash = HexFormat.of().formatHex(digest.digest());
    return folder.resolve(file.replace(".cu", "-" + hash.substring(0, 32) + ".cubin"));
  }

  private static byte[] read(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      return null; // not there, or of no use: it will be compiled again
    }
  }

  private static void write(Path path, byte[] code) {
    try (AtomicFile out = AtomicFile.create(path)) {
      out.stream().write(code);
      out.commit();
    } catch (IOException e) {
      // The kernels are compiled; next time they will be again.
    }
  }
}

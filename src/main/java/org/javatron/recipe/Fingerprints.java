package org.javatron.recipe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.javatron.io.Sha256;

/**
 * SHA-256 of files and folders. A file that has the size and time of change it had when it was
 * hashed is not read again.
 *
 * <p>A folder's hash is that of the lines {@code path, blank, hash} of its files. Left out are
 * those that tell of a training's way and not of its result, which differ between two runs that
 * gave the same model: checkpoints, log (it has times) and pictures; and hidden files.
 */
final class Fingerprints {
  private static final String OF_THE_WAY =
      "(checkpoint-[0-9]+|plots|metrics\\.jsonl|downloads|\\..*)";

  /**
   * A file as it was when it was hashed.
   *
   * @param bytes its size
   * @param modified its time of change, in nanoseconds since 1970
   * @param sha256 64 hexadecimal digits
   */
  record Known(long bytes, long modified, String sha256) {}

  /**
   * A file or folder.
   *
   * @param sha256 64 hexadecimal digits
   * @param bytes the size of all that is in it, the files that the hash leaves out too
   */
  record Print(String sha256, long bytes) {}

  private final Map<String, Known> files;

  /** With what an earlier run has hashed; the map grows. */
  Fingerprints(Map<String, Known> files) {
    this.files = files;
  }

  Map<String, Known> files() {
    return files;
  }

  /** Of a file or folder; null if there is none. */
  Print of(Path path) throws IOException {
    if (Files.isRegularFile(path)) {
      return new Print(file(path), Files.size(path));
    }
    if (!Files.isDirectory(path)) {
      return null;
    }
    Map<String, Path> inside = new TreeMap<>();
    long bytes = 0;
    List<Path> all;
    try (Stream<Path> walk = Files.walk(path)) {
      all = walk.filter(Files::isRegularFile).toList();
    }
    for (Path file : all) {
      bytes += Files.size(file);
      Path relative = path.relativize(file);
      boolean result = true;
      for (Path part : relative) {
        result &= !part.toString().matches(OF_THE_WAY);
      }
      if (result) {
        inside.put(relative.toString().replace('\\', '/'), file);
      }
    }
    MessageDigest digest = Sha256.digest();
    for (Map.Entry<String, Path> file : inside.entrySet()) {
      String line = file.getKey() + " " + file(file.getValue()) + "\n";
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return new Print(HexFormat.of().formatHex(digest.digest()), bytes);
  }

  private String file(Path path) throws IOException {
    String name = RecipePlan.normal(path).toString();
    long bytes = Files.size(path);
    long modified = Files.getLastModifiedTime(path).to(TimeUnit.NANOSECONDS);
    Known known = files.get(name);
    if (known == null || known.bytes() != bytes || known.modified() != modified) {
      known = new Known(bytes, modified, Sha256.of(path));
      files.put(name, known);
    }
    return known.sha256();
  }
}

package org.javatron.fetch;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;

/** A hidden folder for files that are not yet whole; empty at first and gone at the end. */
final class Staging implements Closeable {
  private final Path folder;

  /** What an earlier, killed run left there is deleted. */
  Staging(Path folder) throws IOException {
    this.folder = folder;
    delete(folder);
    Files.createDirectories(folder);
  }

  Path folder() {
    return folder;
  }

  /** Gives one of its files its place, whatever stood there. */
  void publish(String name, Path place) throws IOException {
    Files.move(
        folder.resolve(name),
        place,
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Gives the whole folder its place; a folder that stood there is deleted after that. */
  void publish(Path place) throws IOException {
    Path old = place.resolveSibling("." + place.getFileName() + ".old");
    delete(old);
    if (Files.exists(place)) {
      Files.move(place, old, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(folder, place, StandardCopyOption.ATOMIC_MOVE);
    delete(old);
  }

  @Override
  public void close() throws IOException {
    delete(folder);
  }

  private static void delete(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}

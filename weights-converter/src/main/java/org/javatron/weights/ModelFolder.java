package org.javatron.weights;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.javatron.io.InputException;

/** A model directory that appears whole or not at all. */
final class ModelFolder {
  /** Fills an empty folder, which then takes its place. */
  @FunctionalInterface
  interface Filler<T> {
    T fill(Path folder) throws IOException;
  }

  private ModelFolder() {}

  /**
   * Writes a model directory.
   *
   * @param output where it will stand
   * @param force whether a model that stands there is replaced
   * @return what the filler returns
   */
  static <T> T write(Path output, boolean force, Filler<T> filler) throws IOException {
    checkReplaceable(output, force);
    Path target = output.toAbsolutePath().normalize();
    Path temporary = target.resolveSibling("." + target.getFileName() + ".tmp");
    delete(temporary); // of a process that was killed
    try {
      Files.createDirectories(temporary);
    } catch (FileSystemException e) {
      throw new InputException(output + " cannot be written: folders cannot be made there", e);
    }
    try {
      T result = filler.fill(temporary);
      replace(temporary, target);
      return result;
    } finally {
      delete(temporary);
    }
  }

  /**
   * Replacing is for models: a slip in --output must not cost anyone a folder of something else.
   */
  private static void checkReplaceable(Path target, boolean force) throws IOException {
    if (!Files.exists(target)) {
      return;
    }
    if (!Files.isDirectory(target)) {
      throw new InputException(target + " is a file; expected a folder to write the model to");
    }
    boolean empty;
    try (Stream<Path> files = Files.list(target)) {
      empty = files.findAny().isEmpty();
    }
    if (empty) {
      return;
    }
    if (!force) {
      throw new InputException(target + " exists already; --force replaces it");
    }
    if (!Files.exists(ModelLayout.queryEncoder(target).resolve(ModelManifest.FILE_NAME))) {
      throw new InputException(
          target + " is not a model directory (it has no javatron.json); it is not replaced");
    }
  }

  private static void replace(Path temporary, Path target) throws IOException {
    Path old = target.resolveSibling("." + target.getFileName() + ".old");
    delete(old);
    if (Files.exists(target)) {
      Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    delete(old);
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(folder)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }
}

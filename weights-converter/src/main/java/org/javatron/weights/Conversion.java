package org.javatron.weights;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.javatron.io.InputException;

/**
 * Converts a checkpoint, one encoder or an untied pair, into a model directory that appears whole
 * or not at all.
 */
final class Conversion {
  private Conversion() {}

  static List<ConversionReport> run(Path source, Path output, ConvertOptions options)
      throws IOException {
    if (!Files.isDirectory(source)) {
      throw new InputException(source + " is not a folder with config.json and weights");
    }
    Path target = output.toAbsolutePath().normalize();
    if (target.equals(source.toAbsolutePath().normalize())) {
      throw new InputException(output + " is the source itself; write to another folder");
    }
    checkReplaceable(output, options.force());
    Path temporary = target.resolveSibling("." + target.getFileName() + ".tmp");
    delete(temporary); // of a conversion that was killed
    try {
      Files.createDirectories(temporary);
    } catch (FileSystemException e) {
      throw new InputException(output + " cannot be written: folders cannot be made there", e);
    }
    try {
      List<ConversionReport> reports = encoders(source, temporary, options);
      replace(temporary, target);
      return reports;
    } finally {
      delete(temporary);
    }
  }

  private static List<ConversionReport> encoders(
      Path source, Path temporary, ConvertOptions options) throws IOException {
    if (!ModelLayout.isUntied(source)) {
      return List.of(new ModelConverter(source, options).convert(temporary, List.of()));
    }
    ModelConverter.refuseProjection(source);
    List<ConversionReport> reports = new ArrayList<>();
    for (String name : List.of(ModelLayout.QUERY, ModelLayout.PASSAGE)) {
      Path folder = Files.createDirectories(temporary.resolve(name));
      // Tevatron keeps the one tokenizer beside the two models.
      reports.add(
          new ModelConverter(source.resolve(name), options).convert(folder, List.of(source)));
    }
    return reports;
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

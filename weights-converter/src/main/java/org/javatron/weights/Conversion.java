package org.javatron.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.javatron.io.InputException;

/** Converts a checkpoint, one encoder or an untied pair, into a model directory. */
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
    return ModelFolder.write(
        output, options.force(), temporary -> encoders(source, temporary, options));
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
}

package org.javatron.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.javatron.io.AtomicFile;
import org.javatron.io.InputException;
import org.javatron.weights.hub.HubOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code javatron fetch model}: a checkpoint's files from the hub. */
@Command(
    name = "model",
    description = "Downloads a BERT checkpoint's files from the hub.",
    footer = {
      "",
      "Configuration, tokenizer files and one form of the weights, as convert takes them. They"
          + " come through the cache that convert uses, so that nothing is downloaded twice.",
      "",
      "Example:",
      "  javatron fetch model Luyu/co-condenser-marco --output co-condenser"
    },
    mixinStandardHelpOptions = true)
final class FetchModelCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "ID", description = "The model's id on the hub.")
  private String id;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the files; made if missing.")
  private Path output;

  @Option(names = "--force", description = "Replace files that are others.")
  private boolean force;

  @Mixin private HubOptions hub;

  @Override
  public Integer call() throws IOException {
    Path cached = hub.fetch(id, spec.commandLine().getErr());
    List<Path> files;
    try (Stream<Path> paths = Files.walk(cached)) {
      files = paths.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      Path target = output.resolve(cached.relativize(file).toString());
      boolean there = Files.isRegularFile(target) && Files.mismatch(file, target) < 0;
      if (!there && Files.exists(target) && !force) {
        throw new InputException(
            target + " exists already and is another file: replace it with --force");
      }
      if (!there) {
        copy(file, target);
      }
    }
    spec.commandLine().getOut().println(output + ": " + files.size() + " files of " + id);
    spec.commandLine().getOut().flush();
    return 0;
  }

  private static void copy(Path file, Path target) throws IOException {
    try (AtomicFile copy = AtomicFile.create(target)) {
      Files.copy(file, copy.stream());
      copy.commit();
    }
  }
}

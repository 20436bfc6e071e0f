package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The recipes that come with the program, and what recipes know of the commands. */
class RecipesTest {
  @TempDir Path folder;

  static Stream<Path> recipes() throws IOException {
    try (Stream<Path> files = Files.list(Peers.root().resolve("recipes"))) {
      return files.sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void everyCommandAndOptionOfTheRecipesExistsAndEveryStageSaysWhatItNeeds(Path recipe) {
    CliResult result = CliResult.of("reproduce", recipe, "--dry-run", "--work", folder);
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.out().contains("still to do, expected: "), result.out());
    assertFalse(result.out().contains("nothing worth saying"), result.out());
  }

  /** A recipe's stage reads what its options name, so every name must be known for one or other. */
  @Test
  void anOptionThatTakesFilesIsAnInputOrAnOutput() {
    Set<String> inputs =
        Set.of(
            "--model",
            "--tokenizer",
            "--config",
            "--vocab",
            "--corpus",
            "--queries",
            "--qrels",
            "--spans",
            "--input",
            "--negatives-file",
            "--train",
            "--eval-queries",
            "--eval-qrels",
            "--eval-corpus",
            "--passages",
            "--quantized",
            "--runs",
            "--run",
            "--queries-embeddings",
            "--passage-embeddings",
            "--merge",
            "--training",
            "--collection");
    Set<String> outputs = Set.of("--output", "--per-query", "--negatives-output", "--html");
    Set<String> unknown = new TreeSet<>();
    Main.commandLine().getSubcommands().values().forEach(command -> files(command, unknown));
    unknown.removeAll(inputs);
    unknown.removeAll(outputs);
    assertEquals(Set.of("--cache", "--work"), unknown, "see CommandFiles");
  }

  private static void files(CommandLine command, Set<String> names) {
    for (OptionSpec option : command.getCommandSpec().options()) {
      if (option.typeInfo().getType() == Path.class
          || option.isMultiValue() && option.auxiliaryTypes()[0] == Path.class) {
        names.add(option.longestName());
      }
    }
    command.getSubcommands().values().forEach(each -> files(each, names));
  }
}

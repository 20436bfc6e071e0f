package org.javatron.recipe;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What a command reads and writes, told from its options: those that take files are inputs but for
 * a few names that are outputs everywhere.
 *
 * @param inputs files and folders it reads, in the order of the options
 * @param outputs files and folders it writes
 * @param ids models on the hub that it reads
 * @param resumable whether it goes on in an unfinished output with {@code --resume}
 * @param replacing whether it replaces an output with {@code --force}
 */
record CommandFiles(
    List<Path> inputs, List<Path> outputs, List<String> ids, boolean resumable, boolean replacing) {
  /** Options that name what is written; every other option that takes files names an input. */
  static final Set<String> OUTPUTS =
      Set.of("--output", "--per-query", "--negatives-output", "--html");

  /** What a command may keep there does not decide what it writes. */
  static final Set<String> NEITHER = Set.of("--cache");

  private static final Set<String> TITLED = Set.of("para.txt", "para.txt.gz");

  /**
   * Parses a command's words as its run would.
   *
   * @param model the program's commands
   * @param words the subcommand and its options
   * @param work the work folder: what lies below it is a file even before it is made
   * @throws ParameterException if the command or an option does not exist, a value is not of its
   *     kind, or something required is missing
   */
  static CommandFiles of(CommandLine model, List<String> words, Path work) {
    ParseResult parsed = model.parseArgs(words.toArray(String[]::new));
    while (parsed.hasSubcommand()) {
      parsed = parsed.subcommand();
    }
    CommandSpec command = parsed.commandSpec();
    List<Path> inputs = new ArrayList<>();
    List<Path> outputs = new ArrayList<>();
    List<Path> ids = new ArrayList<>();
    for (OptionSpec option : parsed.matchedOptions()) {
      if (OUTPUTS.contains(option.longestName())) {
        paths(option).forEach(outputs::add);
      } else if (takesFiles(option) && !NEITHER.contains(option.longestName())) {
        inputs.addAll(paths(option));
      } else if (option.longestName().equals("--model")) {
        // A folder or an id on the hub.
        Path named = paths(option).get(0);
        boolean file = Files.exists(named) || RecipePlan.isBelow(named, work);
        (file ? inputs : ids).add(named);
      }
    }
    for (Path input : List.copyOf(inputs)) {
      // RocketQA's titles are read where they lie beside the passages.
      Path titles =
          input.resolveSibling(input.getFileName().toString().replace("para.", "para.title."));
      if (TITLED.contains(input.getFileName().toString())
          && (Files.exists(titles) || RecipePlan.isBelow(titles, work))) {
        inputs.add(titles);
      }
    }
    return new CommandFiles(
        List.copyOf(inputs),
        List.copyOf(outputs),
        ids.stream().map(Path::toString).toList(),
        command.findOption("--resume") != null,
        command.findOption("--force") != null);
  }

  static boolean takesFiles(OptionSpec option) {
    return option.typeInfo().getType() == Path.class
        || option.isMultiValue() && option.auxiliaryTypes()[0] == Path.class;
  }

  private static List<Path> paths(OptionSpec option) {
    return option.originalStringValues().stream().map(Path::of).toList();
  }
}

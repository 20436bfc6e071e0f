package org.javatron.recipe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.javatron.command.CommandRunner;
import org.javatron.eval.MetricNames;
import org.javatron.io.InputException;
import org.javatron.recipe.Recipe.Expectation;
import org.javatron.recipe.Recipe.Setting;
import org.javatron.recipe.Recipe.Stage;
import picocli.CommandLine.ParameterException;

/**
 * What a recipe means here: each stage's command with its files. Making it runs nothing, but finds
 * every mistake that can be found beforehand: unknown commands and options, missing inputs, stages
 * that read what none writes.
 *
 * @param recipe the recipe
 * @param work the folder for all that is made
 * @param variables the values of the variables
 * @param stages the commands
 */
record RecipePlan(Recipe recipe, Path work, Variables variables, List<PlannedStage> stages) {
  /**
   * A stage of a plan.
   *
   * @param stage as the recipe has it
   * @param words the subcommand and its options
   * @param portable the same without what differs between machines
   * @param files what it reads and writes
   */
  record PlannedStage(Stage stage, List<String> words, List<String> portable, CommandFiles files) {
    String name() {
      return stage.name();
    }

    /** The value of an option that the command has once, or another value. */
    String option(String option, String otherwise) {
      int at = words.indexOf(option);
      return at < 0 || at + 1 == words.size() ? otherwise : words.get(at + 1);
    }

    boolean is(String command) {
      return words.get(0).equals(command);
    }
  }

  static RecipePlan of(Recipe recipe, Path work, Map<String, String> set, Commands commands)
      throws IOException {
    Variables variables = Variables.of(recipe, set, work);
    List<PlannedStage> stages = new ArrayList<>();
    Set<Path> made = new LinkedHashSet<>();
    for (Stage stage : recipe.stages()) {
      List<String> words = words(stage, variables, false);
      CommandFiles files = files(recipe, stage, words, variables, commands, made, work);
      stages.add(new PlannedStage(stage, words, words(stage, variables, true), files));
      files.outputs().forEach(output -> made.add(normal(output)));
    }
    RecipePlan plan = new RecipePlan(recipe, work, variables, List.copyOf(stages));
    for (Expectation expected : recipe.expectations()) {
      plan.requireMetric(expected, expected.stage());
      if (expected.above() != null) {
        plan.requireMetric(expected, expected.above());
      }
    }
    return plan;
  }

  /** A misspelt metric must not come to light after days of training. */
  private void requireMetric(Expectation expected, String evaluation) throws InputException {
    String metrics = stage(evaluation).option("--metrics", MetricNames.DEFAULT);
    if (!List.of(metrics.split("\\s*,\\s*")).contains(expected.metric())) {
      throw new InputException(
          recipe.place(expected.line())
              + ": expected a metric that stage "
              + evaluation
              + " computes ("
              + metrics
              + "), found "
              + expected.metric());
    }
  }

  /** The stage of this name, which there is. */
  PlannedStage stage(String name) {
    return stages.stream().filter(stage -> stage.name().equals(name)).findFirst().orElseThrow();
  }

  private static List<String> words(Stage stage, Variables variables, boolean portable)
      throws InputException {
    List<String> words = new ArrayList<>(stage.command());
    for (Map.Entry<String, List<Setting>> option : stage.options().entrySet()) {
      words.add("--" + option.getKey());
      for (Setting value : option.getValue()) {
        words.add(portable ? variables.portable(value) : variables.resolve(value));
      }
    }
    return List.copyOf(words);
  }

  private static CommandFiles files(
      Recipe recipe,
      Stage stage,
      List<String> words,
      Variables variables,
      Commands commands,
      Set<Path> made,
      Path work)
      throws IOException {
    String command = stage.command().get(0);
    if (!commands.model().getSubcommands().containsKey(command)) {
      throw error(recipe, stage, "expected a command of javatron, found " + command);
    }
    CommandFiles named;
    try {
      named = CommandFiles.of(commands.model(), words, work);
    } catch (ParameterException e) {
      String sentence = CommandRunner.sentence(e);
      throw new InputException(
          recipe.place(line(stage, sentence))
              + ": expected a command of javatron with its options, but stage "
              + stage.name()
              + " says "
              + sentence,
          e);
    }
    for (Path output : named.outputs()) {
      if (!isBelow(output, work)) {
        throw error(recipe, stage, "expected outputs below {work}, found " + output);
      }
      if (made.contains(normal(output))) {
        throw error(
            recipe, stage, "expected an output that no earlier stage writes, found " + output);
      }
    }
    List<Path> inputs = new ArrayList<>(named.inputs());
    for (Setting input : stage.inputs()) {
      inputs.add(Path.of(variables.resolve(input)));
    }
    for (Path input : inputs) {
      if (isBelow(input, work)
          && made.stream().noneMatch(output -> normal(input).startsWith(output))) {
        throw error(
            recipe, stage, "expected an input that an earlier stage writes, found " + input);
      }
    }
    return new CommandFiles(
        List.copyOf(inputs), named.outputs(), named.ids(), named.resumable(), named.replacing());
  }

  /** Refuses to begin what will miss a file in the end. */
  void requireInputs() throws InputException {
    for (PlannedStage planned : stages) {
      for (Path input : planned.files().inputs()) {
        if (!isBelow(input, work) && !Files.exists(input)) {
          throw error(
              recipe,
              planned.stage(),
              "expected the input " + input + ", but there is no such file or folder");
        }
      }
    }
  }

  /** The line of the option that a sentence of the command line's parser names, if it does. */
  private static int line(Stage stage, String sentence) {
    for (Map.Entry<String, List<Setting>> option : stage.options().entrySet()) {
      if (!option.getValue().isEmpty() && sentence.contains("'--" + option.getKey() + "'")) {
        return option.getValue().get(0).line();
      }
    }
    return stage.line();
  }

  private static InputException error(Recipe recipe, Stage stage, String sentence) {
    return new InputException(
        recipe.place(stage.line()) + ": stage " + stage.name() + ": " + sentence);
  }

  static boolean isBelow(Path path, Path folder) {
    return normal(path).startsWith(normal(folder)) && !normal(path).equals(normal(folder));
  }

  static Path normal(Path path) {
    return path.toAbsolutePath().normalize();
  }
}

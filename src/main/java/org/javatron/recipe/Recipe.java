package org.javatron.recipe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A recipe as its file has it: commands in order, and the scores they must give. docs/recipes.md
 * tells every field.
 *
 * @param file the YAML file
 * @param name a short name, the default name of the work folder
 * @param description what is reproduced, a sentence or two
 * @param measured what {@link Stage#needs} were measured or computed on; null if nobody says
 * @param variables values that decide the scores, by name, in the order of the file
 * @param machine values that differ between machines and do not decide the scores: where data is,
 *     what computes
 * @param stages the commands, in the order they run
 * @param expectations the scores
 */
public record Recipe(
    Path file,
    String name,
    String description,
    String measured,
    Map<String, Setting> variables,
    Map<String, Setting> machine,
    List<Stage> stages,
    List<Expectation> expectations) {

  /**
   * A text with its line, in which {@code {name}} stands for a variable.
   *
   * @param line from 1
   * @param text the text
   */
  public record Setting(int line, String text) {}

  /**
   * One command.
   *
   * @param name its name, once in a recipe
   * @param line where it begins, from 1
   * @param command the subcommand's words: {@code [encode]}
   * @param options values by option name without dashes; an option without a value has none
   * @param inputs what it reads besides the files its options name
   * @param needs what it is expected to take
   */
  public record Stage(
      String name,
      int line,
      List<String> command,
      Map<String, List<Setting>> options,
      List<Setting> inputs,
      Needs needs) {}

  /**
   * What a stage is expected to take, each 0 where the recipe does not say.
   *
   * @param diskBytes what it leaves on the disk
   * @param memoryBytes the most it has resident
   * @param seconds how long it runs
   */
  public record Needs(long diskBytes, long memoryBytes, double seconds) {}

  /**
   * A score that a stage must give: near a published one, or above another stage's.
   *
   * @param line where it stands, from 1
   * @param stage an {@code evaluate} stage
   * @param metric the figure, such as {@code mrr@10}
   * @param value the expected figure; null if it is compared with another stage's
   * @param tolerance how far it may be from that on either side
   * @param above another {@code evaluate} stage, or null
   * @param by how much the figure must be above that one's
   * @param source where the expected figure stands; null if nobody says
   */
  public record Expectation(
      int line,
      String stage,
      String metric,
      Double value,
      double tolerance,
      String above,
      double by,
      String source) {}

  /**
   * Reads a recipe.
   *
   * @param file the YAML file
   * @return the recipe; whether its commands and options exist is not looked at yet
   * @throws IOException if the file cannot be read or is not as it must be; the message names file,
   *     line, what was expected and what was found
   */
  public static Recipe read(Path file) throws IOException {
    return RecipeReader.read(file);
  }

  /** Where something of the recipe stands, as errors name it. */
  String place(int line) {
    return file + ":" + line;
  }
}

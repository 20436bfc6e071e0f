package org.javatron.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.javatron.recipe.Commands;
import org.javatron.recipe.Recipe;
import org.javatron.recipe.Reproduction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code javatron reproduce}: a recipe's stages, its scores, a report. */
@Command(
    name = "reproduce",
    description = "Runs a recipe: commands, the scores they must give, a report.",
    footer = {
      "",
      "A stage whose inputs and options are unchanged is not run again, and a run that was stopped,"
          + " however, goes on when the same command is given again. The work folder's state.json"
          + " tells how far it is, logs/ what each stage said, report.html what came out. The exit"
          + " code is 1 if a stage failed or a score is not as expected. docs/recipes.md tells what"
          + " a recipe is.",
      "",
      "Examples:",
      "  javatron reproduce recipes/boolq-marco.yaml --dry-run",
      "  javatron reproduce recipes/boolq-marco.yaml --set seed=2 --work seed-2",
      "  javatron reproduce recipes/cocondenser-marco.yaml --set kernels=cuda"
    },
    mixinStandardHelpOptions = true)
final class ReproduceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "RECIPE", description = "The recipe, a YAML file.")
  private Path file;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description =
          "Folder for all that is made (default: target/reproduce/NAME, with the recipe's name).")
  private Path work;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Another value for a variable of the recipe; may be given several times.")
  private Map<String, String> set = new LinkedHashMap<>();

  @Option(
      names = "--dry-run",
      description =
          "Run nothing: show each stage's command, its files, and the disk, memory and time it is"
              + " expected to take.")
  private boolean dryRun;

  @Override
  public Integer call() throws IOException {
    Recipe recipe = Recipe.read(file);
    Path folder = work == null ? Path.of("target", "reproduce", recipe.name()) : work;
    Reproduction reproduction = Reproduction.of(recipe, folder, set, new InProcess());
    PrintWriter out = spec.commandLine().getOut();
    if (dryRun) {
      reproduction.describe(out);
      return 0;
    }
    return reproduction.run(out, spec.commandLine().getErr()) ? 0 : 1;
  }

  /** The commands of this very program. */
  private static final class InProcess implements Commands {
    @Override
    public CommandLine model() {
      return Main.commandLine();
    }

    @Override
    public int run(PrintWriter out, PrintWriter err, List<String> words) {
      return Main.run(out, err, words.toArray(String[]::new));
    }
  }
}

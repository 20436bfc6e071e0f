package org.javatron.recipe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.javatron.data.RankingSamples;
import org.javatron.recipe.RecipePlan.PlannedStage;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Rankings to look at, of the last evaluation of a recipe. Where the texts are is told by the
 * stages that made the run: {@code evaluate} reads what {@code search} wrote, which reads what
 * {@code encode} made of the texts.
 */
final class Examples {
  private static final int QUESTIONS = 6;
  private static final int PASSAGES = 5;

  private Examples() {}

  /** None where the recipe evaluates nothing, or the run came from other commands. */
  static List<RankingSamples.Sample> of(RecipePlan plan, Commands commands) throws IOException {
    PlannedStage evaluate = null;
    for (PlannedStage stage : plan.stages()) {
      evaluate = stage.is("evaluate") ? stage : evaluate;
    }
    PlannedStage search = evaluate == null ? null : writer(plan, evaluate.option("--run", ""));
    if (search == null || !search.is("search")) {
      return List.of();
    }
    PlannedStage queries = writer(plan, search.option("--queries", ""));
    PlannedStage passages = writer(plan, search.option("--passages", ""));
    if (queries == null || passages == null) {
      return List.of();
    }
    List<Path> corpus = values(commands, passages, "--corpus");
    List<Path> questions = values(commands, queries, "--queries");
    if (corpus.isEmpty() || questions.isEmpty()) {
      return List.of();
    }
    return new RankingSamples(corpus, questions.get(0), Path.of(evaluate.option("--qrels", "")))
        .pick(Path.of(evaluate.option("--run", "")), QUESTIONS, PASSAGES);
  }

  private static PlannedStage writer(RecipePlan plan, String file) {
    Path wanted = RecipePlan.normal(Path.of(file));
    for (PlannedStage stage : plan.stages()) {
      for (Path output : stage.files().outputs()) {
        if (RecipePlan.normal(output).equals(wanted)) {
          return stage;
        }
      }
    }
    return null;
  }

  /** All values of an option that may have several. */
  private static List<Path> values(Commands commands, PlannedStage stage, String option) {
    ParseResult parsed = commands.model().parseArgs(stage.words().toArray(String[]::new));
    OptionSpec found = parsed.subcommand().matchedOption(option);
    return found == null ? List.of() : found.originalStringValues().stream().map(Path::of).toList();
  }
}

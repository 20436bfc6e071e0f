package org.javatron.recipe;

import java.util.ArrayList;
import java.util.List;
import org.javatron.recipe.Recipe.Expectation;

/**
 * A score beside the expected one.
 *
 * @param expectation what was expected
 * @param found what the run gave
 * @param least the smallest figure that passes
 * @param most the largest
 * @param outcome whether it passed
 */
record Verdict(Expectation expectation, double found, double least, double most, Outcome outcome) {
  /** Whether a score passed. */
  enum Outcome {
    PASSED,
    FAILED,
    /** Variables were set that decide the scores, so published figures say nothing. */
    NOT_COMPARABLE
  }

  /** The verdicts on a run whose stages are all done. */
  static List<Verdict> of(RecipePlan plan, RunState state) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Expectation expected : plan.recipe().expectations()) {
      double found = figure(state, expected, expected.stage());
      boolean published = expected.value() != null;
      double least =
          published
              ? expected.value() - expected.tolerance()
              : figure(state, expected, expected.above()) + expected.by();
      double most = published ? expected.value() + expected.tolerance() : Double.POSITIVE_INFINITY;
      Outcome outcome =
          found >= least && found <= most && (published || found > least - expected.by())
              ? Outcome.PASSED
              : Outcome.FAILED;
      if (published && !plan.variables().changed().isEmpty()) {
        outcome = Outcome.NOT_COMPARABLE;
      }
      verdicts.add(new Verdict(expected, found, least, most, outcome));
    }
    return verdicts;
  }

  private static double figure(RunState state, Expectation expected, String stage) {
    // The plan has made sure that the stage computes it.
    return state.stages().get(stage).answer().path("metrics").path(expected.metric()).asDouble();
  }
}

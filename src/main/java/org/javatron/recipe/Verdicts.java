package org.javatron.recipe;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.javatron.recipe.Recipe.Expectation;

/** Scores and what was expected of them, for the terminal. */
final class Verdicts {
  private Verdicts() {}

  static void print(List<Verdict> verdicts, List<String> changed, PrintWriter out) {
    out.println();
    for (Verdict verdict : verdicts) {
      Expectation expected = verdict.expectation();
      out.printf(
          Locale.ROOT,
          "%-24s %-12s %.4f  %-18s %s%n",
          expected.stage(),
          expected.metric(),
          verdict.found(),
          wanted(verdict),
          word(verdict));
    }
    if (verdicts.stream().anyMatch(v -> v.outcome() == Verdict.Outcome.NOT_COMPARABLE)) {
      out.println("(not comparable: set were " + String.join(", ", changed) + ")");
    }
    out.flush();
  }

  /** What was expected: {@code 0.3820 ± 0.0040}, or {@code at least 0.2581}. */
  static String wanted(Verdict verdict) {
    Expectation expected = verdict.expectation();
    return expected.value() == null
        ? String.format(
            Locale.ROOT, expected.by() > 0 ? "at least %.4f" : "above %.4f", verdict.least())
        : String.format(Locale.ROOT, "%.4f ± %.4f", expected.value(), expected.tolerance());
  }

  static String word(Verdict verdict) {
    return switch (verdict.outcome()) {
      case PASSED -> "passed";
      case FAILED -> "missed";
      case NOT_COMPARABLE -> "not comparable";
    };
  }
}

package org.javatron.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.javatron.data.PairRules;
import org.javatron.data.TrainingPairs;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code javatron pairs}: unlabelled texts to training rows. */
@Command(
    name = "pairs",
    description = "Makes rows to train on from texts without labels.",
    footer = {
      "",
      "Each span or passage is the positive of a query made for it: a sentence cut out of it, the"
          + " passage's title, or, where there is no title, another span of the same document. A row"
          + " is {\"query_id\": \"7\", \"query\": \"...\", \"positives\": [\"...\"], \"negatives\":"
          + " []}.",
      "",
      "Examples:",
      "  javatron pairs --spans articles.jsonl.gz --output rows.jsonl",
      "  javatron pairs --corpus para.txt.gz --query-sentence 0 --output rows.jsonl"
    },
    mixinStandardHelpOptions = true)
final class PairsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private Input input;

  /** What the rows are made from: one of the two. */
  private static final class Input {
    @Option(
        names = "--spans",
        arity = "1..*",
        paramLabel = "FILE",
        description = "Documents as {\"spans\": [\"...\"]} lines, gzip-compressed or not.")
    private List<Path> spans;

    @Option(
        names = "--corpus",
        arity = "1..*",
        paramLabel = "FILE",
        description = "Passages, with titles or without, in any form that encode reads.")
    private List<Path> corpus;
  }

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description = "The JSON lines; gzip-compressed if its name ends in .gz.")
  private Path output;

  @Option(
      names = "--query-sentence",
      paramLabel = "SHARE",
      defaultValue = "0.5",
      description = {
        "Rows whose query is a sentence, 0 to 1; the others have a title or another span (default:"
            + " ${DEFAULT-VALUE}). Where one is not to be had the other is taken, but for 0 and 1."
      })
  private double querySentence;

  @Option(
      names = "--keep-sentence",
      paramLabel = "SHARE",
      defaultValue = "0.1",
      description =
          "Of those, rows whose positive keeps the sentence, 0 to 1 (default: ${DEFAULT-VALUE}).")
  private double keepSentence;

  @Option(
      names = "--query-words",
      paramLabel = "N",
      defaultValue = "12",
      description =
          "Of a longer sentence N/2 to N words side by side are the query (default:"
              + " ${DEFAULT-VALUE}).")
  private int queryWords;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "Seed of the random choices (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--force", description = "Replace an existing output.")
  private boolean force;

  @Option(names = "--json", description = "Print the result as JSON on standard output.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    checkShare("--query-sentence", querySentence);
    checkShare("--keep-sentence", keepSentence);
    if (queryWords < 4) {
      throw usage("--query-words must be 4 or more, not " + queryWords);
    }
    Outputs.check(output, force);
    long begin = System.nanoTime();
    TrainingPairs.Summary summary =
        TrainingPairs.write(
            input.spans == null ? input.corpus : input.spans,
            new PairRules(querySentence, keepSentence, queryWords, seed),
            output);
    print(summary, (System.nanoTime() - begin) / 1e9);
    return 0;
  }

  private void checkShare(String option, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw usage(option + " must be between 0 and 1, not " + value);
    }
  }

  private ParameterException usage(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }

  private void print(TrainingPairs.Summary summary, double seconds) throws IOException {
    if (json) {
      JsonAnswer.print(
          JsonAnswer.object()
              .put("rows", summary.rows())
              .put("titles", summary.titles())
              .put("spans", summary.spans())
              .put("sentences", summary.sentences())
              .put("skipped", summary.skipped())
              .put("seconds", seconds),
          spec.commandLine().getOut());
    }
    spec.commandLine()
        .getErr()
        .printf(
            Locale.ROOT,
            "pairs: %d rows (query a title %d, a span %d, a sentence %d), %d skipped, %.1f s%n",
            summary.rows(),
            summary.titles(),
            summary.spans(),
            summary.sentences(),
            summary.skipped(),
            seconds);
  }
}

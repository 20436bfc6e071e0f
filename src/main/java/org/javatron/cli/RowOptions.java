package org.javatron.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.javatron.data.NegativesWriter;
import org.javatron.data.Qrels;
import org.javatron.data.ShardFiles;
import org.javatron.data.TextStore;
import org.javatron.io.InputException;
import org.javatron.io.Progress;
import org.javatron.mine.CandidateSource;
import org.javatron.mine.Finding;
import org.javatron.mine.RowForm;
import org.javatron.mine.RowReport;
import org.javatron.mine.RowSettings;
import org.javatron.mine.TextRow;
import org.javatron.mine.TokenRow;
import org.javatron.mine.TrainingRows;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What {@code build-train} and {@code mine} have in common: from candidates to training rows. */
final class RowOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--queries",
      required = true,
      paramLabel = "FILE",
      description = "The queries' texts: TSV (id, text) or JSON lines; .gz is read.")
  private Path queries;

  @Option(
      names = "--qrels",
      required = true,
      paramLabel = "FILE",
      description = "Which passages are relevant: MS MARCO's, TREC's or BEIR's form.")
  Path qrels;

  @Option(
      names = "--corpus",
      required = true,
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "The passages: TSV, RocketQA's para.txt (its para.title.txt beside it), JSON lines, or a"
              + " folder of them; .gz is read.")
  private List<Path> corpus;

  @ArgGroup(multiplicity = "1")
  private RowSource source;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the rows; made if missing.")
  Path output;

  @Option(
      names = "--negatives",
      paramLabel = "N",
      defaultValue = "30",
      description = "Negatives drawn for each query (default: ${DEFAULT-VALUE}).")
  private int negatives;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "Another seed draws other negatives (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--relevance-level",
      paramLabel = "N",
      defaultValue = "1",
      description = "The smallest judgement that makes a positive (default: ${DEFAULT-VALUE}).")
  int relevance;

  @Option(
      names = "--passage-max-length",
      paramLabel = "N",
      defaultValue = "128",
      description =
          "Most tokens of a passage, [CLS] and [SEP] not counted; the right end goes (default:"
              + " ${DEFAULT-VALUE}).")
  private int passageTokens;

  @Option(
      names = "--query-max-length",
      paramLabel = "N",
      defaultValue = "32",
      description =
          "The same of a query (default: ${DEFAULT-VALUE}; Tevatron's scripts cut queries at the"
              + " passages' 128).")
  private int queryTokens;

  @Option(
      names = "--separator",
      paramLabel = "TEXT",
      defaultValue = "[SEP]",
      description = "What joins title and text of a passage (default: ${DEFAULT-VALUE}).")
  private String separator;

  @Mixin private CasingOptions casing;

  @Option(
      names = "--shard-size",
      paramLabel = "N",
      defaultValue = "45000",
      description = "Rows of a file (default: ${DEFAULT-VALUE}).")
  private int shardSize;

  @Mixin private ThreadsOption threads;

  @Option(names = "--force", description = "Replace existing rows.")
  boolean force;

  @Option(names = "--json", description = "Print the result as JSON on standard output.")
  private boolean json;

  /** Refuses what cannot be meant, before any work. */
  void check() {
    atLeast(0, "--negatives", negatives);
    atLeast(1, "--relevance-level", relevance);
    atLeast(1, "--passage-max-length", passageTokens);
    atLeast(1, "--query-max-length", queryTokens);
    atLeast(1, "--shard-size", shardSize);
    threads.checked();
    casing.check(source);
  }

  void atLeast(int least, String option, int value) {
    if (value < least) {
      throw usage("%s must be %d or more, not %d".formatted(option, least, value));
    }
  }

  ParameterException usage(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }

  int threads() {
    return threads.checked();
  }

  PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** The negatives are those of the batch, whatever --negatives says. */
  void withoutNegatives() {
    negatives = 0;
  }

  /** How the writing of rows is shown where nothing else tells how far it is. */
  Progress counting() {
    return Progress.console(err(), "building", -1, "queries");
  }

  /**
   * Writes the rows of these candidates and says what was done.
   *
   * @param negativesOutput a file for the negatives' ids, or null
   * @param building opened when the texts are read; counts queries
   */
  void write(
      CandidateSource candidates,
      Qrels judgements,
      String suffix,
      int depth,
      Path negativesOutput,
      Supplier<Progress> building)
      throws IOException {
    long begin = System.nanoTime();
    RowForm form =
        source.raw
            ? new TextRow(separator)
            : new TokenRow(casing.load(source), separator, queryTokens, passageTokens);
    RowSettings settings =
        new RowSettings(form, depth, negatives, relevance, seed, shardSize, threads());
    try (TextStore queryTexts = store(List.of(queries), "queries");
        TextStore passages = store(corpus, "passages");
        ShardFiles files = ShardFiles.create(output, suffix);
        NegativesWriter ids =
            negativesOutput == null ? null : NegativesWriter.create(negativesOutput)) {
      RowReport report;
      try (Progress progress = building.get()) {
        report =
            new TrainingRows(queryTexts, passages, judgements, settings)
                .write(candidates, files, ids, progress);
      }
      printFindings(report);
      if (report.rows() == 0) {
        throw new InputException(
            "no training row could be made of these files: each query was skipped for a reason named above");
      }
      List<Path> written = files.commit();
      if (ids != null) {
        ids.commit();
      }
      print(report, written, (System.nanoTime() - begin) / 1e9);
    }
  }

  private TextStore store(List<Path> texts, String what) throws IOException {
    return TextStore.read(texts, output, count -> Progress.console(err(), "reading", count, what));
  }

  private void print(RowReport report, List<Path> files, double seconds) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      var answer =
          JsonAnswer.object()
              .put("output", output.toString())
              .put("files", files.size())
              .put("rows", report.rows())
              .put("positives", report.positives())
              .put("negatives", report.negatives())
              .put("seconds", seconds);
      var found = answer.putObject("findings");
      report
          .findings()
          .forEach(
              (finding, count) ->
                  found
                      .putObject(finding.name().toLowerCase(Locale.ROOT))
                      .put("count", count.times())
                      .put("example", count.example()));
      JsonAnswer.print(answer, out);
    } else {
      out.printf(
          Locale.ROOT,
          "%s: %d rows in %d files, %d positives, %d negatives, %.1f s%n",
          output,
          report.rows(),
          files.size(),
          report.positives(),
          report.negatives(),
          seconds);
      out.flush();
    }
  }

  private void printFindings(RowReport report) {
    for (Map.Entry<Finding, RowReport.Count> found : report.findings().entrySet()) {
      err()
          .printf(
              Locale.ROOT,
              "%s: %d %s, such as %s%n",
              found.getKey().consequence(),
              found.getValue().times(),
              found.getKey().description(),
              found.getValue().example());
    }
    err().flush();
  }
}

package org.javatron.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.javatron.data.Qrels;
import org.javatron.data.RunFormat;
import org.javatron.data.RunReader;
import org.javatron.data.TieRule;
import org.javatron.eval.Evaluation;
import org.javatron.eval.Metric;
import org.javatron.eval.MetricNames;
import org.javatron.eval.PerQueryTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code javatron evaluate}: a run's figures against judgements. */
@Command(
    name = "evaluate",
    description = "Scores a run against relevance judgements.",
    footer = {
      "",
      "Tevatron and TREC runs are ordered by score, MS MARCO runs by rank. trec_eval, and so"
          + " Javatron, compares scores as 32-bit floats and puts the greater passage id first among"
          + " equal ones, whatever the rank column says; --ties file keeps the order of the lines.",
      "",
      "Means are over all queries of the judgements; one that the run does not answer counts 0.",
      "",
      "Example:",
      "  javatron evaluate --run run.tsv --qrels qrels.tsv \\",
      "    --metrics mrr@10,recall@1000,ndcg@10"
    },
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--run",
      required = true,
      paramLabel = "FILE",
      description = "The run: Tevatron, MS MARCO or TREC, gzip-compressed or not.")
  private Path run;

  @Option(
      names = "--qrels",
      required = true,
      paramLabel = "FILE",
      description = "The judgements: MS MARCO, TREC or BEIR, gzip-compressed or not.")
  private Path qrels;

  @Option(
      names = "--metrics",
      paramLabel = "LIST",
      defaultValue = MetricNames.DEFAULT,
      description =
          "What to compute, parted by commas: mrr, recall, ndcg, map, success, precision, each with"
              + " @k for the first k places (rr, r, ap, s and p are understood too; default:"
              + " ${DEFAULT-VALUE}).")
  private String metrics;

  @Option(
      names = "--relevance-level",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "The smallest judgement that counts as relevant (TREC Deep Learning: 2); ndcg uses the"
              + " judgements themselves (default: ${DEFAULT-VALUE}).")
  private int level;

  @Option(
      names = "--run-format",
      paramLabel = "FORMAT",
      description = "The run's format: ${COMPLETION-CANDIDATES} (default: told by its content).")
  private RunFormat format;

  @Option(
      names = "--ties",
      paramLabel = "RULE",
      defaultValue = "trec_eval",
      description =
          "How passages with equal scores are ordered: ${COMPLETION-CANDIDATES} (see below; default:"
              + " ${DEFAULT-VALUE}).")
  private TieRule ties;

  @Option(
      names = "--only-retrieved",
      description = "Leave queries that the run does not answer out of the means.")
  private boolean onlyRetrieved;

  @Option(
      names = "--per-query",
      paramLabel = "FILE",
      description = "Write a table of each query's figures.")
  private Path perQuery;

  @Option(names = "--json", description = "Print the result as JSON on standard output.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    List<Metric> asked = metrics();
    if (perQuery != null && (perQuery.equals(run) || perQuery.equals(qrels))) {
      throw new ParameterException(
          spec.commandLine(), "--per-query would overwrite " + perQuery + ": name another file");
    }
    Qrels judgements = Qrels.read(qrels);
    try (RunReader reader = RunReader.open(run, format, ties)) {
      Evaluation result = Evaluation.of(reader, judgements, asked, level, onlyRetrieved);
      if (perQuery != null) {
        PerQueryTable.write(result, perQuery);
      }
      warn(result);
      print(result, reader.format());
    }
    return 0;
  }

  private List<Metric> metrics() {
    try {
      return MetricNames.parse(metrics, level);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private void warn(Evaluation result) {
    String zero = " (they count 0)";
    String out = " (they do not count)";
    if (result.queriesInRun() == result.unjudged()) {
      spec.commandLine()
          .getErr()
          .printf(
              "evaluate: no query of the run has judgements; do %s and %s belong together?%n",
              run, qrels);
    }
    warn(
        "judged queries that the run does not answer",
        result.unanswered(),
        onlyRetrieved ? out : zero);
    warn("queries of the run without judgements", result.unjudged(), out);
    warn(
        "judged queries with nothing judged " + level + " or more", result.withoutRelevant(), zero);
    warn("queries with fewer than " + result.depth() + " passages", result.shallow(), "");
    warn("passages with the score of the one before", result.ties(), " (--ties " + ties + ")");
  }

  private void warn(String what, long count, String consequence) {
    if (count > 0) {
      spec.commandLine().getErr().println("evaluate: " + what + ": " + count + consequence);
    }
  }

  private void print(Evaluation result, RunFormat runFormat) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    double[] means = result.means();
    if (json) {
      ObjectNode answer = JsonAnswer.object();
      ObjectNode figures = answer.putObject("metrics");
      for (int m = 0; m < means.length; m++) {
        figures.put(result.metrics().get(m).name(), means[m]);
      }
      answer.put("queries", result.queries());
      answer.put("queries_in_run", result.queriesInRun());
      answer.put("queries_not_in_run", result.unanswered());
      answer.put("queries_not_judged", result.unjudged());
      answer.put("queries_without_relevant", result.withoutRelevant());
      answer.put("queries_below_depth", result.shallow());
      answer.put("depth", result.depth());
      answer.put("tied_passages", result.ties());
      answer.put("ties", ties.toString());
      answer.put("relevance_level", level);
      answer.put("run_format", runFormat.toString());
      JsonAnswer.print(answer, out);
    } else {
      for (int m = 0; m < means.length; m++) {
        out.printf(Locale.ROOT, "%-14s %.4f%n", result.metrics().get(m).name(), means[m]);
      }
      out.printf(Locale.ROOT, "%-14s %d%n", "queries", result.queries());
    }
    out.flush();
  }
}

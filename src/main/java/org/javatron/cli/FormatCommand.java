package org.javatron.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.javatron.data.RankedList;
import org.javatron.data.RunFormat;
import org.javatron.data.RunReader;
import org.javatron.data.RunWriter;
import org.javatron.data.TieRule;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code javatron format}: a run from one text format into another. */
@Command(
    name = "format",
    description = "Converts a run between Tevatron's, MS MARCO's and TREC's form.",
    footer = {
      "",
      "Each query's passages are ordered by score; equal scores keep the order of the input. An MS"
          + " MARCO run has no scores: its passages are ordered by rank and get the score 1/rank.",
      "",
      "Example:",
      "  javatron format --input run.tsv --output run.trec --to trec --tag my-run"
    },
    mixinStandardHelpOptions = true)
final class FormatCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE",
      description = "The run to read, gzip-compressed or not.")
  private Path input;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description = "The run to write; gzip-compressed if its name ends in .gz.")
  private Path output;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "FORMAT",
      description = "The format to write: ${COMPLETION-CANDIDATES}.")
  private RunFormat to;

  @Option(
      names = "--run-format",
      paramLabel = "FORMAT",
      description = "The input's format: ${COMPLETION-CANDIDATES} (default: told by its content).")
  private RunFormat from;

  @Option(
      names = "--tag",
      paramLabel = "NAME",
      defaultValue = RunWriter.DEFAULT_TAG,
      description =
          "The run's name in the last column of TREC's format (default: ${DEFAULT-VALUE}).")
  private String tag;

  @Option(names = "--force", description = "Replace an existing output.")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    if (tag.isEmpty() || tag.chars().anyMatch(c -> c <= ' ')) {
      throw new ParameterException(
          spec.commandLine(), "the tag \"" + tag + "\" must be a word without white space");
    }
    Outputs.check(output, force);
    int queries = 0;
    long passages = 0;
    try (RunReader reader = RunReader.open(input, from, TieRule.FILE);
        RunWriter writer = RunWriter.create(output, to, tag)) {
      for (RankedList list = reader.next(); list != null; list = reader.next()) {
        writer.write(list.queryId(), list.passageIds(), list.scores());
        queries++;
        passages += list.size();
      }
      writer.commit();
      if (reader.format() == RunFormat.MARCO && to != RunFormat.MARCO) {
        spec.commandLine()
            .getErr()
            .println("format: the input has ranks and no scores; 1/rank stands for the score");
      }
      spec.commandLine()
          .getErr()
          .printf(
              Locale.ROOT,
              "format: %d queries, %d passages, %s to %s%n",
              queries,
              passages,
              reader.format(),
              to);
    }
    return 0;
  }
}

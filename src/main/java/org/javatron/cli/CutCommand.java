package org.javatron.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.javatron.data.CollectionCut;
import org.javatron.io.InputException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code javatron cut}: a small collection of a large one. */
@Command(
    name = "cut",
    description = "Cuts a collection to a size that trains in minutes.",
    footer = {
      "",
      "The collection is laid out as RocketQA's archive of MS MARCO: para.txt, para.title.txt,"
          + " train.query.txt, dev.query.txt, qrels.train.tsv, qrels.dev.tsv,"
          + " qidpidtriples.train.full.2.tsv; .gz is read. Kept are the first queries, then the"
          + " passages judged for them, then BM25's negatives of the training queries, first those"
          + " ranked first, then the collection's first passages.",
      "",
      "Example:",
      "  javatron cut --collection boolq-marco --output small --passages 2000 \\",
      "      --train-queries 600 --dev-queries 500"
    },
    mixinStandardHelpOptions = true)
final class CutCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--collection",
      required = true,
      paramLabel = "DIR",
      description = "The collection's folder.")
  private Path collection;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the cut; made if missing.")
  private Path output;

  @Option(
      names = "--passages",
      required = true,
      paramLabel = "N",
      description = "Passages to keep; 0 for all.")
  private int passages;

  @Option(
      names = "--train-queries",
      required = true,
      paramLabel = "N",
      description = "Training queries to keep; 0 for all.")
  private int trainQueries;

  @Option(
      names = "--dev-queries",
      required = true,
      paramLabel = "N",
      description = "Dev queries to keep; 0 for all.")
  private int devQueries;

  @Option(names = "--force", description = "Replace an existing cut.")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    atLeastNone("--passages", passages);
    atLeastNone("--train-queries", trainQueries);
    atLeastNone("--dev-queries", devQueries);
    if (Files.isDirectory(output) && Files.isSameFile(output, collection)) {
      throw new InputException(output + " is the collection; expected another folder for its cut");
    }
    // The last file that is written: an earlier cut that was not finished may be replaced.
    if (!force && Files.exists(output.resolve(CollectionCut.LAST_FILE))) {
      throw new InputException(output + " holds a cut already: replace it with --force");
    }
    long kept = new CollectionCut(collection, passages, trainQueries, devQueries).write(output);
    PrintWriter out = spec.commandLine().getOut();
    out.printf(Locale.ROOT, "%s: %d passages%n", output, kept);
    out.flush();
    return 0;
  }

  private void atLeastNone(String option, int value) {
    if (value < 0) {
      throw new ParameterException(
          spec.commandLine(), option + " must be 0 (all) or more, not " + value);
    }
  }
}

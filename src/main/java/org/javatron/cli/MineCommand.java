package org.javatron.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.javatron.data.Qrels;
import org.javatron.data.RunFormat;
import org.javatron.embeddings.Embeddings;
import org.javatron.embeddings.EncoderSettings;
import org.javatron.io.InputException;
import org.javatron.io.Progress;
import org.javatron.mine.CandidateSource;
import org.javatron.mine.ShardMerge;
import org.javatron.search.ExactSearcher;
import org.javatron.search.SearchOptions;
import org.javatron.search.SearchPlan;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code javatron mine}: training rows of hard negatives. */
@Command(
    name = "mine",
    description = "Makes training rows of what a model wrongly ranks high.",
    footer = {
      "",
      "Of each query's ranking the relevant passages are dropped, the first 200 of the others kept"
          + " and 30 of those drawn. Rows are written to OUTPUT/split00.hn.json, ..., as Tevatron's"
          + " build_train_hn.py writes them. The ranking is a run or is searched for here.",
      "",
      "Examples:",
      "  javatron mine --run run.tsv --queries train.query.txt --corpus para.txt \\",
      "    --qrels qrels.train.tsv --model M --output rows-hn --merge rows",
      "  javatron mine --queries-embeddings Q --passage-embeddings E --model M \\",
      "    --queries q.tsv --qrels qrels.tsv --corpus corpus.tsv --output rows-hn"
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class MineCommand implements Callable<Integer> {
  private static final String SUFFIX = ".hn.json";

  @ArgGroup(multiplicity = "1")
  private Ranking ranking;

  /** A run, or what to search for one. */
  private static final class Ranking {
    @Option(
        names = "--run",
        required = true,
        paramLabel = "FILE",
        description = "The ranking of the training queries, as search writes it; .gz is read.")
    private Path run;

    @Option(
        names = "--queries-embeddings",
        required = true,
        arity = "1..*",
        paramLabel = "DIR",
        description = "Instead: the training queries' embeddings, to be searched for.")
    private List<Path> queries;
  }

  @Option(
      names = "--passage-embeddings",
      arity = "1..*",
      paramLabel = "DIR",
      description = "With --queries-embeddings: the passages', all shards of them.")
  private List<Path> passages;

  @Mixin private RowOptions rows;

  @Option(
      names = "--depth",
      paramLabel = "N",
      defaultValue = "200",
      description =
          "Places of a ranking that negatives are drawn from, relevant passages not counted"
              + " (default: ${DEFAULT-VALUE}).")
  private int depth;

  @Option(
      names = "--run-format",
      paramLabel = "FORMAT",
      description = "The run's format: ${COMPLETION-CANDIDATES} (default: told by its content).")
  private RunFormat format;

  @Option(
      names = "--merge",
      paramLabel = "DIR",
      description =
          "Rows of build-train that OUTPUT shall hold too, hard-linked or, between disks, copied:"
              + " training reads both.")
  private Path merge;

  @Option(
      names = "--negatives-output",
      paramLabel = "FILE",
      description = "Also write the drawn negatives' ids: query, tab, passages parted by commas.")
  private Path negativesOutput;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = MemorySize.class,
      description = "What searching may allocate, such as 512m or 4g (default: as search has it).")
  private long memory = SearchOptions.defaults().memory();

  @Override
  public Integer call() throws IOException {
    rows.check();
    rows.atLeast(1, "--depth", depth);
    if ((ranking.queries == null) != (passages == null)) {
      throw rows.usage("--queries-embeddings and --passage-embeddings go together");
    }
    Outputs.checkShards(rows.output, SUFFIX, rows.force);
    if (negativesOutput != null) {
      Outputs.check(negativesOutput, rows.force);
    }
    if (merge != null) {
      checkMerge();
    }
    Qrels qrels = Qrels.read(rows.qrels);
    if (ranking.run != null) {
      CandidateSource source = CandidateSource.run(ranking.run, format);
      rows.write(source, qrels, SUFFIX, depth, negativesOutput, rows::counting);
    } else {
      search(qrels);
    }
    if (merge != null) {
      merge();
    }
    return 0;
  }

  private void checkMerge() throws IOException {
    if (Files.isDirectory(rows.output) && Files.isSameFile(merge, rows.output)) {
      throw rows.usage("--merge and --output name the same folder; rows stand in it already");
    }
    for (Path shard : ShardMerge.shards(merge)) {
      Path target = rows.output.resolve(shard.getFileName());
      if (Files.exists(target) && !rows.force) {
        throw new InputException(target + " exists already: replace it with --force");
      }
    }
  }

  private void merge() throws IOException {
    ShardMerge merged = ShardMerge.of(merge, rows.output);
    rows.err()
        .printf(
            Locale.ROOT,
            "merge: %d files of %s %s%n",
            merged.files().size(),
            merge,
            merged.linked()
                ? "hard-linked"
                : "copied, since the disk refuses links between the two folders");
    rows.err().flush();
  }

  private void search(Qrels qrels) throws IOException {
    Embeddings queryVectors = EmbeddingsInput.open(ranking.queries, "queries");
    Embeddings passageVectors = EmbeddingsInput.open(passages, "passages");
    EncoderSettings.requireComparable(queryVectors, passageVectors);
    SearchOptions options = SearchOptions.defaults().withThreads(rows.threads()).withMemory(memory);
    try (ExactSearcher searcher = new ExactSearcher(passageVectors, options)) {
      // Relevant passages do not count, so there must be room for all of a query's.
      long wanted = (long) depth + qrels.mostRelevant(rows.relevance);
      SearchPlan plan =
          searcher.plan(queryVectors.rows(), (int) Math.min(wanted, passageVectors.rows()));
      rows.err().println(plan.description());
      CandidateSource source =
          CandidateSource.search(
              searcher,
              passageVectors,
              queryVectors,
              plan.depth(),
              () ->
                  Progress.console(
                      rows.err(), "searching", plan.passes() * plan.passages(), "passages"));
      rows.write(source, qrels, SUFFIX, depth, negativesOutput, Progress::none);
    }
  }
}

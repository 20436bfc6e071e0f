package org.javatron.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.javatron.data.RunFormat;
import org.javatron.data.RunMerge;
import org.javatron.data.RunWriter;
import org.javatron.embeddings.RunManifest;
import org.javatron.io.InputException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code javatron merge}: the run of a collection out of its shards' runs. */
@Command(
    name = "merge",
    description = "Merges the runs of a collection's shards into one.",
    footer = {
      "",
      "Each run answers the same queries over one shard, so that shards can be searched one by one"
          + " or on several machines. If every run was searched at --depth or deeper, the result is"
          + " that of one search over all shards, to the byte. Give the runs in the order of the"
          + " shards: it decides between equal scores.",
      "",
      "Example:",
      "  javatron merge --runs run-0.tsv run-1.tsv --depth 1000 --output run.tsv"
    },
    mixinStandardHelpOptions = true)
final class MergeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--runs",
      required = true,
      arity = "1..*",
      paramLabel = "FILE",
      description = "The shards' runs in the shards' order, of Tevatron's or TREC's form.")
  private List<Path> runs;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description = "The run to write; gzip-compressed if its name ends in .gz.")
  private Path output;

  @Option(
      names = "--depth",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Passages for each query (default: ${DEFAULT-VALUE}).")
  private int depth;

  @Option(
      names = "--run-format",
      paramLabel = "FORMAT",
      defaultValue = "tevatron",
      description = "How the run is written: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private RunFormat format;

  @Option(names = "--force", description = "Replace an existing output.")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    if (depth < 1) {
      throw new ParameterException(spec.commandLine(), "--depth must be 1 or more, not " + depth);
    }
    Outputs.check(output, force);
    Set<Path> different = new HashSet<>();
    for (Path run : runs) {
      if (!different.add(run.toRealPath())) {
        throw new InputException(run + " is given twice among the runs");
      }
    }
    Optional<RunManifest> manifest = commonManifest();
    long queries = 0;
    long lines = 0;
    try (RunMerge merge = RunMerge.open(runs);
        RunWriter writer = RunWriter.create(output, format)) {
      for (int n = merge.next(depth, writer); n >= 0; n = merge.next(depth, writer)) {
        queries++;
        lines += n;
      }
      RunManifest.remove(output);
      writer.commit();
    }
    if (manifest.isPresent()) {
      manifest.get().write(output);
    }
    spec.commandLine()
        .getErr()
        .printf(
            Locale.ROOT,
            "merge: %s: %d lines, %d queries from %d runs%n",
            output,
            lines,
            queries,
            runs.size());
    return 0;
  }

  /** The manifest that all runs share; nothing if one has none. Different ones are refused. */
  private Optional<RunManifest> commonManifest() throws IOException {
    Path first = null;
    Optional<RunManifest> common = Optional.empty();
    boolean all = true;
    for (Path run : runs) {
      Optional<RunManifest> manifest = RunManifest.read(run);
      all &= manifest.isPresent();
      if (common.isEmpty()) {
        common = manifest;
        first = run;
      } else if (manifest.isPresent()) {
        common.get().requireAlike(first, run, manifest.get());
      }
    }
    return all ? common : Optional.empty();
  }
}

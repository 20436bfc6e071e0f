package org.javatron.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.javatron.data.RunFormat;
import org.javatron.data.RunWriter;
import org.javatron.embeddings.Embeddings;
import org.javatron.embeddings.Int8Embeddings;
import org.javatron.embeddings.RunManifest;
import org.javatron.embeddings.Vectors;
import org.javatron.io.InputException;
import org.javatron.io.Progress;
import org.javatron.search.ExactSearcher;
import org.javatron.search.PlannedSearcher;
import org.javatron.search.RunOfSearch;
import org.javatron.search.SearchDevice;
import org.javatron.search.SearchOptions;
import org.javatron.search.SearchPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code javatron search}: the best passages for each query, exactly. */
@Command(
    name = "search",
    description = "Finds the best passages of each query, exactly.",
    footer = {
      "",
      "The score is the inner product, summed in double precision and the same to the last bit on"
          + " every machine. Passages are ordered by score, those with equal scores by their place"
          + " in the collection. The embeddings are mapped, not loaded; what else is"
          + " needed is said before the search begins and stays within --memory.",
      "",
      "Example:",
      "  javatron search --queries Q --passages E --depth 1000 --output run.tsv"
    },
    mixinStandardHelpOptions = true)
final class SearchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--queries",
      required = true,
      arity = "1..*",
      paramLabel = "PATH",
      description =
          "The queries' embeddings, as encode writes them, or a file of Faiss's or Tevatron's; several"
              + " folders are one collection.")
  private List<Path> queryFolders;

  @Option(
      names = "--passages",
      required = true,
      arity = "1..*",
      paramLabel = "PATH",
      description =
          "The passages' embeddings: a folder, a folder of shards, several in the order given, or a"
              + " file of Faiss's (IndexFlatIP) or Tevatron's.")
  private List<Path> passageFolders;

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
      description = "Passages for each query, up to all of them (default: ${DEFAULT-VALUE}).")
  private int depth;

  @Option(
      names = "--run-format",
      paramLabel = "FORMAT",
      defaultValue = "tevatron",
      description = "How the run is written: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private RunFormat format;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "cpu",
      description =
          "What searches: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). cuda is the first"
              + " NVIDIA GPU, which gives the same scores; it keeps the passages in its memory if they"
              + " fit.")
  private SearchDevice device;

  @Option(
      names = "--quantized",
      paramLabel = "FOLDER",
      description =
          "The passages' int8 form, as quantize writes it: the same result, faster. On the processors"
              + " only.")
  private Path quantized;

  @Mixin private ThreadsOption threads;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = MemorySize.class,
      description =
          "What the search may allocate, such as 512m or 4g; more lets a pass over the passages"
              + " serve more queries (default: 1g, or half of Java's heap if that is less).")
  private long memory = SearchOptions.defaults().memory();

  @Option(
      names = "--query-batch",
      paramLabel = "N",
      description = "Queries of one pass over the passages at most (default: as many as fit).")
  private Integer queryBatch;

  @Option(
      names = "--allow-mismatch",
      description = "Compare embeddings though their manifests name different settings.")
  private boolean allowMismatch;

  @Option(names = "--force", description = "Replace an existing output.")
  private boolean force;

  @Option(names = "--json", description = "Print the result as JSON on standard output.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    SearchOptions options = options();
    Outputs.check(output, force);
    Vectors queries = VectorsInput.openForInnerProducts(queryFolders, "queries");
    Vectors passages = VectorsInput.openForInnerProducts(passageFolders, "passages");
    if (!allowMismatch) {
      VectorsInput.requireComparable(queries, passages);
    }
    VectorsInput.requireSameDim(queryFolders, queries, passageFolders, passages);
    PrintWriter err = spec.commandLine().getErr();
    if (depth > passages.rows()) {
      err.printf(
          Locale.ROOT,
          "search: there are only %d passages: each query gets all of them%n",
          passages.rows());
    }
    try (PlannedSearcher searcher = searcher(passages, options)) {
      SearchPlan plan = searcher.plan(queries.rows(), depth);
      err.println(plan.description());
      long start = System.nanoTime();
      long lines = search(searcher, plan, passages, queries);
      report(plan, passages.dim(), lines, (System.nanoTime() - start) / 1e9);
    }
    return 0;
  }

  private PlannedSearcher searcher(Vectors passages, SearchOptions options) throws IOException {
    if (quantized == null) {
      return device.open(passages, options);
    }
    if (!(passages instanceof Embeddings embeddings)) {
      throw new InputException(
          passageFolders.get(0) + " is a file; expected folders of embeddings with --quantized");
    }
    Int8Embeddings int8 = Int8Embeddings.open(quantized);
    int8.requireMadeOf(embeddings);
    return new ExactSearcher(passages, int8, options);
  }

  private SearchOptions options() {
    if (quantized != null && device != SearchDevice.CPU) {
      throw new ParameterException(
          spec.commandLine(), "--quantized goes with --device cpu, not " + device);
    }
    requirePositive("--depth", depth);
    int workers = threads.checked();
    SearchOptions options = SearchOptions.defaults().withThreads(workers).withMemory(memory);
    if (queryBatch == null) {
      return options;
    }
    requirePositive("--query-batch", queryBatch);
    return options.withQueryBlock(queryBatch);
  }

  private void requirePositive(String name, int value) {
    if (value < 1) {
      throw new ParameterException(spec.commandLine(), name + " must be 1 or more, not " + value);
    }
  }

  private long search(PlannedSearcher searcher, SearchPlan plan, Vectors passages, Vectors queries)
      throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    try (RunWriter run = RunWriter.create(output, format);
        Progress progress =
            Progress.console(err, "searching", plan.passes() * plan.passages(), "passages")) {
      long lines = RunOfSearch.write(searcher, passages, queries, plan.depth(), run, progress);
      RunManifest.remove(output);
      run.commit();
      if (!allowMismatch) {
        Optional<RunManifest> manifest = RunManifest.of(queries, passages);
        if (manifest.isPresent()) {
          manifest.get().write(output);
        }
      }
      return lines;
    }
  }

  private void report(SearchPlan plan, int dim, long lines, double seconds) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      JsonAnswer.print(
          JsonAnswer.object()
              .put("run", output.toString())
              .put("run_format", format.toString().toLowerCase(Locale.ROOT))
              .put("lines", lines)
              .put("queries", plan.queries())
              .put("passages", plan.passages())
              .put("dim", dim)
              .put("depth", plan.depth())
              .put("device", device.toString())
              .put("threads", threads.checked())
              .put("query_batch", plan.queryBlock())
              .put("passes", plan.passes())
              .put("memory_bytes", plan.bytes())
              .put("device_bytes", plan.deviceBytes())
              .put("seconds", seconds)
              .put("queries_per_second", plan.queries() / seconds),
          out);
    } else {
      out.printf(
          Locale.ROOT,
          "%s: %d lines, %d queries over %d passages in %.1f s (%.1f queries/s)%n",
          output,
          lines,
          plan.queries(),
          plan.passages(),
          seconds,
          plan.queries() / seconds);
    }
    out.flush();
  }
}

package org.javatron.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.javatron.embeddings.Embeddings;
import org.javatron.embeddings.Int8Embeddings;
import org.javatron.embeddings.Int8Writer;
import org.javatron.io.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code javatron quantize}: the int8 form of embeddings. */
@Command(
    name = "quantize",
    description = "Makes the int8 form of embeddings, for a faster search.",
    footer = {
      "",
      "A quarter of float32's bytes: each vector's values on other axes, as whole numbers from -127"
          + " to 127 with a scale, and how far they lie from the vector. The first axes, the head, say"
          + " most. search --quantized reads heads of all passages, the rest of those that may be"
          + " among the best, and the embeddings of those that may be still; what it finds is the same"
          + " to the last bit. A run that was killed goes on where it stopped.",
      "",
      "Example:",
      "  javatron quantize --passages E --output E8",
      "  javatron quantize --passages E --queries train-queries --output E8",
      "  javatron search --queries Q --passages E --quantized E8 --output run.tsv"
    },
    mixinStandardHelpOptions = true)
final class QuantizeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--passages",
      required = true,
      arity = "1..*",
      paramLabel = "FOLDER",
      description = "The passages' embeddings, as search will be given them.")
  private List<Path> passageFolders;

  @Option(
      names = "--queries",
      arity = "1..*",
      paramLabel = "FOLDER",
      description =
          "Embeddings of some queries like those to come, such as the training set's: the axes are"
              + " chosen for both, and the search gets faster.")
  private List<Path> queryFolders;

  @Option(
      names = "--heads",
      split = ",",
      paramLabel = "N",
      description =
          "How many values a search may read of every passage, ascending multiples of 64, such as"
              + " 192,256,384: it takes what pays. Default: what a sample shows to be good.")
  private List<Integer> heads = List.of();

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FOLDER",
      description = "The folder to write.")
  private Path output;

  @Option(names = "--force", description = "Replace an existing output.")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    Embeddings embeddings = EmbeddingsInput.open(passageFolders, "passages");
    Embeddings queries =
        queryFolders == null ? null : EmbeddingsInput.open(queryFolders, "queries");
    Int8Writer.requireFitting(embeddings, queries, heads);
    if (force) {
      Int8Writer.discard(output);
    }
    PrintWriter err = spec.commandLine().getErr();
    try (Int8Writer writer = new Int8Writer(embeddings, queries, heads, output);
        Progress progress =
            Progress.console(
                err, "quantizing", writer.rowsWritten(), embeddings.rows(), "passages")) {
      writer.write(progress);
    }
    Int8Embeddings made = Int8Embeddings.open(output);
    err.printf(
        Locale.ROOT,
        "quantize: %s: %d vectors of %d values in %.1f MB; a search reads heads of %s values%n",
        output,
        made.rows(),
        made.dim(),
        made.bytes() / (double) (1 << 20),
        made.heads().stream().map(String::valueOf).collect(Collectors.joining(", ")));
    return 0;
  }
}

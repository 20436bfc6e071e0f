package org.javatron.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.encode.EncodeJob;
import org.javatron.encode.EncodeSettings;
import org.javatron.encode.EncodeSummary;
import org.javatron.kernels.KernelSettings;
import org.javatron.model.Encoder;
import org.javatron.model.EncoderOptions;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code encode}: passages or queries in, embeddings out. */
@Command(
    name = "encode",
    description = "Encodes a corpus or queries: text in, embeddings out.",
    footer = {
      "",
      "The output folder holds embeddings.npy (NumPy's format), embeddings.ids (one id a line) and"
          + " manifest.json. A run that was stopped goes on when the same command is given again.",
      "",
      "Examples:",
      "  javatron encode --model M --corpus corpus.jsonl.gz --output E",
      "  javatron encode --model M --queries q.tsv --output Q --query-max-length 32",
      "  javatron encode --model M --corpus corpus.tsv --output E --shards 4 --shard 0"
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class EncodeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Model directory, as convert writes it.")
  private Path model;

  @ArgGroup(multiplicity = "1")
  private Input input;

  /** Either passages or queries. */
  private static final class Input {
    @Option(
        names = "--corpus",
        arity = "1..*",
        paramLabel = "FILE",
        description =
            "Passages: TSV (id, text or id, title, text), RocketQA's para.txt (its para.title.txt"
                + " beside it), BEIR's corpus.jsonl, Tevatron's JSON lines (raw or tokenised), or a"
                + " folder of them; .gz is read.")
    private List<Path> corpus;

    @Option(
        names = "--queries",
        paramLabel = "FILE",
        description =
            "Queries: TSV (id, text), BEIR's queries.jsonl or Tevatron's JSON lines; .gz is read.")
    private Path queries;
  }

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the embeddings; made if missing.")
  private Path output;

  @Option(
      names = "--query-max-length",
      paramLabel = "N",
      description =
          "Most tokens of a query, [CLS] and [SEP] included (default: the model's: 32 unless"
              + " convert was told otherwise).")
  private Integer queryMaxLength;

  @Option(
      names = "--passage-max-length",
      paramLabel = "N",
      description =
          "Most tokens of a passage, [CLS] and [SEP] included (default: the model's: 128 unless"
              + " convert was told otherwise).")
  private Integer passageMaxLength;

  @Option(
      names = "--separator",
      paramLabel = "TEXT",
      description =
          "What joins title and text of a passage (default: the model's: [SEP] unless convert was"
              + " told otherwise).")
  private String separator;

  @Option(
      names = "--no-titles",
      description = "Encode the passages' texts alone, without titles and separator.")
  private boolean noTitles;

  @Option(
      names = "--shards",
      defaultValue = "1",
      paramLabel = "N",
      description = "Divide the corpus into N contiguous parts (default: ${DEFAULT-VALUE}).")
  private int shards;

  @Option(
      names = "--shard",
      defaultValue = "0",
      paramLabel = "I",
      description =
          "Encode part I, 0 to N-1, into OUTPUT/shard-I-of-N (default: ${DEFAULT-VALUE}).")
  private int shard;

  @Option(
      names = "--dtype",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description = "How values are stored: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private EmbeddingType type;

  @Mixin private KernelsOption kernels;

  @Option(
      names = "--batch-tokens",
      paramLabel = "N",
      description = "Most tokens in a batch (default: 2048, with --kernels cuda 32768).")
  private Integer batchTokens;

  @Option(
      names = "--force",
      description =
          "Replace finished embeddings in the output, or an unfinished run of other settings.")
  private boolean force;

  @Option(names = "--json", description = "Print the result as JSON on standard output.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    check(shards >= 1, "--shards must be 1 or more, not " + shards);
    check(
        shard >= 0 && shard < shards,
        "--shard must be between 0 and " + (shards - 1) + ", not " + shard);
    KernelSettings settings = kernels.checked();
    int tokens =
        batchTokens == null ? EncoderOptions.defaultMaxTokens(settings.set()) : batchTokens;
    checkLength("--query-max-length", queryMaxLength);
    checkLength("--passage-max-length", passageMaxLength);
    check(tokens >= 3, "--batch-tokens must be 3 or more, not " + tokens);
    boolean queries = input.queries != null;
    check(queries || queryMaxLength == null, "--query-max-length goes with --queries");
    check(!queries || passageMaxLength == null, "--passage-max-length goes with --corpus");
    check(!queries || !noTitles, "--no-titles goes with --corpus");
    EncodeSettings job =
        new EncodeSettings(
            model,
            queries ? List.of(input.queries) : input.corpus,
            queries ? Encoder.Side.QUERY : Encoder.Side.PASSAGE,
            output,
            queries ? queryMaxLength : passageMaxLength,
            separator,
            shards,
            shard,
            type,
            new EncoderOptions(tokens, settings),
            !noTitles,
            force);
    print(new EncodeJob(job, spec.commandLine().getErr()).run());
    kernels.printProfile(settings);
    return 0;
  }

  private void checkLength(String option, Integer length) {
    check(
        length == null || length >= 3,
        option + " must be 3 ([CLS], a token, [SEP]) or more, not " + length);
  }

  private void check(boolean right, String message) {
    if (!right) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  private void print(EncodeSummary summary) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      JsonAnswer.print(
          JsonAnswer.object()
              .put("output", summary.output().toString())
              .put("rows", summary.rows())
              .put("encoded", summary.encoded())
              .put("tokens", summary.tokens())
              .put("truncated", summary.truncated())
              .put("seconds", summary.seconds()),
          out);
    } else {
      out.printf(
          Locale.ROOT,
          "%s: %d rows (%d encoded now, %d cut at the maximum length) in %.1f s, %.0f tokens/s%n",
          summary.output(),
          summary.rows(),
          summary.encoded(),
          summary.truncated(),
          summary.seconds(),
          summary.tokens() / summary.seconds());
    }
    out.flush();
  }
}

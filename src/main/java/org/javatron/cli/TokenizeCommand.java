package org.javatron.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.javatron.data.CorpusReader;
import org.javatron.data.CorpusTokenizer;
import org.javatron.data.ShardFiles;
import org.javatron.tokenize.BertTokenizer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code javatron tokenize}: texts to token ids. */
@Command(
    name = "tokenize",
    description = "Turns queries or passages into token ids, one JSON object a line.",
    footer = {
      "",
      "The input is a table (id and text; id, title and text), RocketQA's para.txt or JSON lines;"
          + " lines look like {\"text_id\": \"7\", \"text\": [2054, 2003]}, without [CLS] and [SEP],"
          + " as Tevatron's scripts write them. Special tokens written in a text count as such.",
      "",
      "Examples:",
      "  javatron tokenize --model M --input q.tsv --output q.jsonl --max-length 512",
      "  javatron tokenize --vocab vocab.txt --input para.txt.gz --output para.jsonl.gz",
      "  javatron tokenize --model M --input para.txt --output corpus --splits 10"
    },
    mixinStandardHelpOptions = true)
final class TokenizeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private TokenizerSource source;

  @Option(
      names = "--input",
      required = true,
      arity = "1..*",
      paramLabel = "FILE",
      description = "The texts, gzip-compressed or not; several are read as one.")
  private List<Path> input;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description =
          "The JSON lines; gzip-compressed if its name ends in .gz. With --splits, a folder.")
  private Path output;

  @Option(
      names = "--splits",
      paramLabel = "N",
      description =
          "Write N files split00.json, split01.json, ... of contiguous parts, as Tevatron's"
              + " tokenize_passages.py does (there: 10).")
  private Integer splits;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      defaultValue = "128",
      description = "Most tokens of a text; the right end goes (default: ${DEFAULT-VALUE}).")
  private int maxLength;

  @Option(
      names = "--separator",
      paramLabel = "TEXT",
      defaultValue = "[SEP]",
      description = "What joins title and text of a passage (default: ${DEFAULT-VALUE}).")
  private String separator;

  @Mixin private CasingOptions casing;

  @Mixin private ThreadsOption threads;

  @Option(names = "--force", description = "Replace an existing output.")
  private boolean force;

  @Option(names = "--json", description = "Print the result as JSON on standard output.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    check(maxLength >= 1, "--max-length must be 1 or more, not " + maxLength);
    int workers = threads.checked();
    check(
        splits == null || (splits >= 1 && splits <= ShardFiles.MOST),
        "--splits must be between 1 and " + ShardFiles.MOST + ", not " + splits);
    casing.check(source);
    if (splits == null) {
      Outputs.check(output, force);
    } else {
      Outputs.checkShards(output, ".json", force);
    }
    BertTokenizer tokenizer = casing.load(source);
    long begin = System.nanoTime();
    CorpusTokenizer writer = new CorpusTokenizer(tokenizer, separator, maxLength, workers);
    CorpusTokenizer.Summary summary;
    try (CorpusReader corpus = CorpusReader.open(input)) {
      summary =
          splits == null
              ? writer.write(corpus, output)
              : writer.writeSplits(corpus, CorpusReader.count(input), splits, output);
    }
    print(summary, (System.nanoTime() - begin) / 1e9);
    return 0;
  }

  private void check(boolean good, String sentence) {
    if (!good) {
      throw new ParameterException(spec.commandLine(), sentence);
    }
  }

  private void print(CorpusTokenizer.Summary summary, double seconds) throws IOException {
    if (json) {
      JsonAnswer.print(
          JsonAnswer.object()
              .put("rows", summary.rows())
              .put("tokens", summary.tokens())
              .put("truncated", summary.truncated())
              .put("seconds", seconds),
          spec.commandLine().getOut());
    }
    spec.commandLine()
        .getErr()
        .printf(
            Locale.ROOT,
            "tokenize: %d rows, %d tokens, %d rows cut to %d tokens, %.1f s, %.0f rows/s%n",
            summary.rows(),
            summary.tokens(),
            summary.truncated(),
            maxLength,
            seconds,
            summary.rows() / Math.max(seconds, 1e-9));
  }
}

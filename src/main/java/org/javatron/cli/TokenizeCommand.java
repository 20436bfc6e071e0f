package org.javatron.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.javatron.data.CorpusReader;
import org.javatron.data.CorpusTokenizer;
import org.javatron.io.InputException;
import org.javatron.tokenize.BertTokenizer;
import org.javatron.tokenize.TokenizerOptions;
import org.javatron.tokenize.Vocabulary;
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
      "  javatron tokenize --vocab vocab.txt --input para.txt.gz --output para.jsonl.gz"
    },
    mixinStandardHelpOptions = true)
final class TokenizeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private Source source;

  /** Where the tokenizer comes from: one of the two. */
  private static final class Source {
    @Option(
        names = "--model",
        paramLabel = "DIR",
        description = "Model directory, as convert writes it: vocabulary and tokenizer's options.")
    private Path model;

    @Option(
        names = "--vocab",
        paramLabel = "FILE",
        description =
            "A vocab.txt alone, with the options of bert-base-uncased but for those below.")
    private Path vocab;
  }

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
      description = "The JSON lines; gzip-compressed if its name ends in .gz.")
  private Path output;

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

  @Option(
      names = "--cased",
      description = "With --vocab: keep case and accents (bert-base-cased and its like).")
  private boolean cased;

  @Option(
      names = "--strip-accents",
      arity = "1",
      paramLabel = "BOOL",
      description = "With --vocab: true or false (default: as lower-casing).")
  private Boolean stripAccents;

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
        source.vocab != null || (!cased && stripAccents == null),
        "--cased and --strip-accents go with --vocab; a model's folder has its own options");
    Outputs.check(output, force);
    BertTokenizer tokenizer = tokenizer();
    long begin = System.nanoTime();
    CorpusTokenizer.Summary summary;
    try (CorpusReader corpus = CorpusReader.open(input)) {
      summary = new CorpusTokenizer(tokenizer, separator, maxLength, workers).write(corpus, output);
    }
    print(summary, (System.nanoTime() - begin) / 1e9);
    return 0;
  }

  private void check(boolean good, String sentence) {
    if (!good) {
      throw new ParameterException(spec.commandLine(), sentence);
    }
  }

  private BertTokenizer tokenizer() throws IOException {
    if (source.model != null) {
      if (!Files.isDirectory(source.model)) {
        throw new InputException(source.model + " is not a folder; expected a model directory");
      }
      return BertTokenizer.load(source.model);
    }
    TokenizerOptions options = cased ? TokenizerOptions.cased() : TokenizerOptions.uncased();
    if (stripAccents != null) {
      options = options.withStripAccents(stripAccents);
    }
    try {
      return BertTokenizer.of(Vocabulary.read(source.vocab), options);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(source.vocab + ": " + e.getMessage(), e);
    } catch (CharacterCodingException e) {
      throw new InputException(source.vocab + ": expected UTF-8 text, found other bytes", e);
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

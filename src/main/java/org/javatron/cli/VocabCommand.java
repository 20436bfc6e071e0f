package org.javatron.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.javatron.data.CorpusTexts;
import org.javatron.io.AtomicTextFile;
import org.javatron.io.InputException;
import org.javatron.tokenize.TokenizerOptions;
import org.javatron.tokenize.WordCounts;
import org.javatron.tokenize.WordPieceTrainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code javatron vocab}: texts to a vocabulary. */
@Command(
    name = "vocab",
    description = "Makes a WordPiece vocabulary, vocab.txt, from texts.",
    footer = {
      "",
      "Words begin as single characters; the most frequent pair of neighbours becomes a piece until"
          + " there are enough. The corpus is in any form that encode reads, queries among them, or"
          + " documents as {\"spans\": [\"...\"]} lines. Words are held in memory, each once.",
      "",
      "Example:",
      "  javatron vocab --corpus para.txt.gz train.query.txt --output vocab.txt"
    },
    mixinStandardHelpOptions = true)
final class VocabCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--corpus",
      required = true,
      arity = "1..*",
      paramLabel = "FILE",
      description = "The texts, gzip-compressed or not; several are read as one.")
  private List<Path> corpus;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description = "The vocabulary, one piece a line; gzip-compressed if its name ends in .gz.")
  private Path output;

  @Option(
      names = "--size",
      paramLabel = "N",
      defaultValue = "8000",
      description = "Pieces, the five special tokens among them (default: ${DEFAULT-VALUE}).")
  private int size;

  @Option(
      names = "--min-frequency",
      paramLabel = "N",
      defaultValue = "2",
      description = "Pairs that come less often are not merged (default: ${DEFAULT-VALUE}).")
  private int minFrequency;

  @Option(
      names = "--limit-alphabet",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Most different characters, the most frequent are kept (default: ${DEFAULT-VALUE}).")
  private int limitAlphabet;

  @Option(
      names = "--initial-alphabet",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Characters to keep whether the texts hold them or not (default: none).")
  private String initialAlphabet;

  @Option(names = "--cased", description = "Keep case and accents (default: lower-case).")
  private boolean cased;

  @Option(names = "--force", description = "Replace an existing output.")
  private boolean force;

  @Option(names = "--json", description = "Print the result as JSON on standard output.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    checkPositive("--size", size);
    checkPositive("--min-frequency", minFrequency);
    checkPositive("--limit-alphabet", limitAlphabet);
    Outputs.check(output, force);
    long begin = System.nanoTime();
    WordCounts counts =
        new WordCounts(cased ? TokenizerOptions.cased() : TokenizerOptions.uncased());
    CorpusTexts.forEach(corpus, counts::add);
    WordPieceTrainer.Result result = train(counts);
    try (AtomicTextFile file = AtomicTextFile.create(output)) {
      for (String piece : result.pieces()) {
        file.writer().append(piece).append('\n');
      }
      file.commit();
    }
    print(result, (System.nanoTime() - begin) / 1e9);
    return 0;
  }

  private void checkPositive(String option, int value) {
    if (value < 1) {
      throw new ParameterException(spec.commandLine(), option + " must be 1 or more, not " + value);
    }
  }

  private WordPieceTrainer.Result train(WordCounts counts) throws InputException {
    try {
      return new WordPieceTrainer(size, minFrequency, limitAlphabet, initialAlphabet).train(counts);
    } catch (IllegalArgumentException e) {
      throw new InputException(e.getMessage() + "; raise --size or lower --limit-alphabet", e);
    }
  }

  private void print(WordPieceTrainer.Result result, double seconds) throws IOException {
    if (json) {
      JsonAnswer.print(
          JsonAnswer.object()
              .put("pieces", result.pieces().size())
              .put("words", result.words())
              .put("distinct_words", result.distinctWords())
              .put("alphabet", result.alphabet())
              .put("dropped_characters", result.dropped())
              .put("least_frequency", result.leastFrequency())
              .put("seconds", seconds),
          spec.commandLine().getOut());
    }
    spec.commandLine()
        .getErr()
        .printf(
            Locale.ROOT,
            "vocab: %d pieces of %d words (%d distinct), %d characters kept and %d left out,"
                + " the last pair merged came %d times, %.1f s%n",
            result.pieces().size(),
            result.words(),
            result.distinctWords(),
            result.alphabet(),
            result.dropped(),
            result.leastFrequency(),
            seconds);
    if (result.pieces().size() < size) {
      spec.commandLine()
          .getErr()
          .printf(
              Locale.ROOT,
              "vocab: no more pairs come %d times, so there are fewer pieces than the %d asked for%n",
              minFrequency,
              size);
    }
  }
}

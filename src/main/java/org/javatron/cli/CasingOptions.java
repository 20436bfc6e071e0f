package org.javatron.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import org.javatron.io.InputException;
import org.javatron.tokenize.BertTokenizer;
import org.javatron.tokenize.TokenizerOptions;
import org.javatron.tokenize.Vocabulary;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a vocabulary without a model's folder treats text, and the tokenizer made of both. */
final class CasingOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

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

  /** Refuses these options where a model's folder has its own. */
  void check(TokenizerSource source) {
    if (source.vocab == null && (cased || stripAccents != null)) {
      throw new ParameterException(
          spec.commandLine(),
          "--cased and --strip-accents go with --vocab; a model's folder has its own options");
    }
  }

  BertTokenizer load(TokenizerSource source) throws IOException {
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
}

package org.javatron.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a tokenizer comes from: one of the two. */
class TokenizerSource {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Model directory, as convert writes it: vocabulary and tokenizer's options.")
  Path model;

  @Option(
      names = "--vocab",
      paramLabel = "FILE",
      description = "A vocab.txt alone, with the options of bert-base-uncased but for those below.")
  Path vocab;
}

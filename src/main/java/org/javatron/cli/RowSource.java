package org.javatron.cli;

import picocli.CommandLine.Option;

/** What training rows hold: ids of one of two tokenizers, or texts. */
final class RowSource extends TokenizerSource {
  @Option(
      names = "--raw",
      description = "Write texts instead of token ids; the trainer tokenizes them.")
  boolean raw;
}

package org.javatron.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --threads}, the same in every command that works with several. */
final class ThreadsOption {
  /** More would cost memory and order and never run at once. */
  private static final int MOST = 1024;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Worker threads (default: all processors).")
  private int threads = Runtime.getRuntime().availableProcessors();

  /** How many, or a usage error. */
  int checked() {
    if (threads < 1 || threads > MOST) {
      throw new ParameterException(
          spec.commandLine(), "--threads must be between 1 and " + MOST + ", not " + threads);
    }
    return threads;
  }
}

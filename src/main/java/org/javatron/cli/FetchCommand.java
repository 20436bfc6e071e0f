package org.javatron.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code javatron fetch}: collections and models from the network. */
@Command(
    name = "fetch",
    description = "Downloads collections and models.",
    footer = {
      "",
      "Where the collections lie, how large they are and how they are checked stands in"
          + " docs/data.md. A proxy is given to Java by",
      "  JAVATRON_JAVA_OPTS='-Dhttps.proxyHost=... -Dhttps.proxyPort=...'",
      "",
      "Examples:",
      "  javatron fetch marco --output marco",
      "  javatron fetch beir scifact --output beir",
      "  javatron fetch model Luyu/co-condenser-marco --output co-condenser"
    },
    mixinStandardHelpOptions = true,
    subcommands = {FetchMarcoCommand.class, FetchBeirCommand.class, FetchModelCommand.class})
final class FetchCommand implements Runnable {
  @Spec private CommandSpec spec;

  /** Without a subcommand: the help. */
  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}

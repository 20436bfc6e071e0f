package org.javatron.weights;

import java.io.PrintWriter;
import org.javatron.command.CommandRunner;
import org.javatron.command.VersionProvider;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The converter by itself, for those who want nothing else of the project. */
@Command(
    name = "weights-converter",
    description = "Turns Hugging Face BERT checkpoints into model directories, and shows them.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    subcommands = {HelpCommand.class, ConvertCommand.class, InspectCommand.class})
public final class WeightsConverter implements Runnable {
  @Spec private CommandSpec spec;

  private WeightsConverter() {}

  /**
   * Runs a command and ends the Java process with its exit code.
   *
   * @param arguments the subcommand and its options
   */
  public static void main(String[] arguments) {
    CommandRunner.main(new WeightsConverter(), arguments);
  }

  /**
   * Runs a command inside this process.
   *
   * @param out where results go
   * @param err where errors and progress go
   * @param arguments the subcommand and its options
   * @return 0 for success, 1 for a failure, 2 for wrong usage
   */
  public static int run(PrintWriter out, PrintWriter err, String... arguments) {
    return CommandRunner.run(new WeightsConverter(), out, err, arguments);
  }

  /** Without a subcommand: the help. */
  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}

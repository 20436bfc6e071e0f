package org.javatron.cli;

import java.io.PrintWriter;
import java.io.Writer;
import org.javatron.command.CommandRunner;
import org.javatron.command.VersionProvider;
import org.javatron.weights.ConvertCommand;
import org.javatron.weights.InitCommand;
import org.javatron.weights.InspectCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code javatron} command: dense passage retrieval from raw text to MRR@10. */
@Command(
    name = "javatron",
    description = "Dense passage retrieval from raw text to MRR@10, in Java.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    subcommands = {
      FetchCommand.class,
      ConvertCommand.class,
      InspectCommand.class,
      VocabCommand.class,
      InitCommand.class,
      TokenizeCommand.class,
      BuildTrainCommand.class,
      PairsCommand.class,
      TrainCommand.class,
      EncodeCommand.class,
      EmbeddingsCommand.class,
      QuantizeCommand.class,
      SearchCommand.class,
      MergeCommand.class,
      MineCommand.class,
      EvaluateCommand.class,
      ExplainCommand.class,
      FormatCommand.class,
      PlotCommand.class,
      CutCommand.class,
      ReproduceCommand.class,
      DemoCommand.class,
      CommandLine.HelpCommand.class
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  private Main() {}

  /**
   * Runs a command and ends the Java process with its exit code.
   *
   * @param arguments the subcommand and its options
   */
  public static void main(String[] arguments) {
    // Its warnings go where ND4J's go: simplelogger.properties says which are shown.
    System.setProperty("org.bytedeco.javacpp.logger", "slf4j");
    CommandRunner.main(new Main(), arguments);
  }

  /**
   * Runs a command inside this process, as tests do.
   *
   * @param out where results go
   * @param err where errors and progress go
   * @param arguments the subcommand and its options
   * @return 0 for success, 1 for a failure, 2 for wrong usage
   */
  public static int run(PrintWriter out, PrintWriter err, String... arguments) {
    return CommandRunner.run(new Main(), out, err, arguments);
  }

  /**
   * The commands with their options, for who wants to parse arguments rather than to run them.
   *
   * @return picocli's model, which writes nowhere
   */
  static CommandLine commandLine() {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    return CommandRunner.commandLine(new Main(), nowhere, nowhere);
  }

  /** Without a subcommand: the help. */
  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}

package org.javatron.command;

import java.io.PrintWriter;
import picocli.CommandLine;

/** Runs a picocli command in the project's manner. */
public final class CommandRunner {
  private CommandRunner() {}

  /**
   * Runs a command inside this process.
   *
   * @param command the annotated top command
   * @param out where results go
   * @param err where errors and progress go
   * @param arguments the subcommand and its options
   * @return 0 for success, 1 for a failure, 2 for wrong usage
   */
  public static int run(Object command, PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine line =
        new CommandLine(command)
            .setOut(out)
            .setErr(err)
            .setUsageHelpAutoWidth(true)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(new ErrorHandler())
            .setParameterExceptionHandler(new UsageErrorHandler());
    try {
      return line.execute(arguments);
    } catch (OutOfMemoryError e) {
      // The one Error that is the user's to mend; all files written so far stay hidden or whole.
      err.println(line.getCommandName() + ": " + ErrorHandler.sentence(e));
      err.flush();
      return 1;
    }
  }
}

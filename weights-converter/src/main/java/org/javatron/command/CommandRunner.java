package org.javatron.command;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import picocli.CommandLine;

/** Runs a picocli command in the project's manner. */
public final class CommandRunner {
  private CommandRunner() {}

  /**
   * Runs a command as a program and ends the Java process with its exit code. Digits and decimal
   * points are the same in every country, and output is UTF-8 on every system.
   *
   * @param command the annotated top command
   * @param arguments the subcommand and its options
   */
  public static void main(Object command, String... arguments) {
    Locale.setDefault(Locale.ROOT);
    System.exit(
        run(
            command,
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            arguments));
  }

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

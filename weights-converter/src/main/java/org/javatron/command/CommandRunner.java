package org.javatron.command;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** Runs a picocli command in the project's manner. */
public final class CommandRunner {
  /** Wide enough for {@code --passage-max-length N} to have its description beside it. */
  private static final int OPTIONS_WIDTH = 26;

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
    CommandLine line = commandLine(command, out, err);
    try {
      return line.execute(arguments);
    } catch (OutOfMemoryError e) {
      // The one Error that is the user's to mend; all files written so far stay hidden or whole.
      err.println(line.getCommandName() + ": " + ErrorHandler.sentence(e));
      err.flush();
      return 1;
    }
  }

  /**
   * A command with the project's manners, for who wants to parse rather than to run.
   *
   * @param command the annotated top command
   * @param out where results go
   * @param err where errors and progress go
   * @return picocli's model of it
   */
  public static CommandLine commandLine(Object command, PrintWriter out, PrintWriter err) {
    CommandLine line = new CommandLine(command);
    inDeclaredOrder(line);
    ITypeConverter<Integer> wholeNumber = CommandRunner::wholeNumber;
    line.setOut(out)
        .setErr(err)
        .setUsageHelpAutoWidth(true)
        .setUsageHelpLongOptionsMaxWidth(OPTIONS_WIDTH)
        .setHelpFactory(HelpText::new)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(Integer.class, wholeNumber)
        .registerConverter(int.class, wholeNumber)
        .setExecutionExceptionHandler(new ErrorHandler())
        .setParameterExceptionHandler(new UsageErrorHandler());
    return line;
  }

  /**
   * What is wrong with arguments, as the program says it, without the command's name before it.
   *
   * @param error what picocli threw while it parsed
   * @return one sentence
   */
  public static String sentence(ParameterException error) {
    return UsageErrorHandler.sentence(UsageErrorHandler.cause(error));
  }

  /** Options in the order a reader needs them: what is required first, help last. */
  private static void inDeclaredOrder(CommandLine line) {
    line.getCommandSpec().usageMessage().sortOptions(false);
    line.getSubcommands().values().forEach(CommandRunner::inDeclaredOrder);
  }

  private static int wholeNumber(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException(
          "'" + text + "' is not a whole number of at most " + Integer.MAX_VALUE);
    }
  }
}

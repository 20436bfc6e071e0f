package org.javatron.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MaxValuesExceededException;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** A wrong option: one sentence, what was meant perhaps, where the help is, exit code 2. */
final class UsageErrorHandler implements IParameterExceptionHandler {
  @Override
  public int handleParseException(ParameterException error, String[] arguments) {
    CommandLine command = error.getCommandLine();
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    ParameterException cause = cause(error);
    err.println(name + ": " + sentence(cause));
    UnmatchedArgumentException.printSuggestions(cause, err);
    err.println("See '" + name + " --help'.");
    err.flush();
    return 2;
  }

  /** A misspelt option leaves its right spelling missing: the misspelling is the news. */
  static ParameterException cause(ParameterException error) {
    CommandLine command = error.getCommandLine();
    List<String> unmatched = command.getUnmatchedArguments();
    return error instanceof MissingParameterException && !unmatched.isEmpty()
        ? new UnmatchedArgumentException(command, unmatched)
        : error;
  }

  static String sentence(ParameterException error) {
    if (error instanceof MissingParameterException missing) {
      return "missing "
          + missing.getMissing().stream()
              .map(UsageErrorHandler::needed)
              .distinct()
              .collect(Collectors.joining(", "));
    }
    if (error instanceof MaxValuesExceededException
        && error.getMessage().contains("expected only one match")) {
      return "an option that is needed once is given more than once";
    }
    // picocli begins some of its sentences with this word, others not.
    return error.getMessage().replaceFirst("^Error: ", "");
  }

  private static String needed(ArgSpec option) {
    ArgGroupSpec group = option.group();
    return group == null ? HelpText.typed(option) : "one of " + HelpText.choice(group);
  }
}

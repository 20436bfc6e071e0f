package org.javatron.recipe;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;

/** The program's commands, which stand above this package. */
public interface Commands {
  /**
   * The commands with their options, to parse arguments with.
   *
   * @return a new model, which prints nowhere
   */
  CommandLine model();

  /**
   * Runs a command inside this process.
   *
   * @param out where results go
   * @param err where errors and progress go
   * @param words the subcommand and its options
   * @return 0 for success, 1 for a failure, 2 for wrong usage
   */
  int run(PrintWriter out, PrintWriter err, List<String> words);
}

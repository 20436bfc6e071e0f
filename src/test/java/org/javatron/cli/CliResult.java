package org.javatron.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** What a command run inside this process answered. */
record CliResult(int exitCode, String out, String err) {
  /** Runs {@code javatron} with these arguments. */
  static CliResult of(Object... arguments) {
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
    return new CliResult(code, out.toString(), err.toString());
  }
}

package org.javatron.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.javatron.io.InputException;

/** What every command asks of its output before any work is done. */
final class Outputs {
  private Outputs() {}

  static void check(Path output, boolean force) throws InputException {
    if (Files.isDirectory(output)) {
      throw new InputException(output + " is a folder; expected a file to write");
    }
    if (Files.exists(output) && !force) {
      throw new InputException(output + " exists already: replace it with --force");
    }
  }
}

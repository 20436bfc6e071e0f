package org.javatron.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.javatron.data.ShardFiles;
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

  /** The same of a folder that is to hold splitNN files. */
  static void checkShards(Path folder, String suffix, boolean force) throws IOException {
    if (Files.isRegularFile(folder)) {
      throw new InputException(folder + " is a file; expected a folder to write to");
    }
    List<Path> old = ShardFiles.existing(folder, suffix);
    if (!old.isEmpty() && !force) {
      throw new InputException(old.get(0) + " exists already: replace it with --force");
    }
  }
}

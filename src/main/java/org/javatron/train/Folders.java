package org.javatron.train;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Whole folders: removed, and forced to disk. */
final class Folders {
  private Folders() {}

  /** Removes a folder, or a file, and all in it; nothing if there is none. */
  static void delete(Path path) throws IOException {
    if (Files.exists(path)) {
      try (Stream<Path> all = Files.walk(path)) {
        for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }

  /** Waits until all that is in a folder is on disk. */
  static void force(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder)) {
      all = walk.toList();
    }
    for (Path path : all) {
      if (Files.isDirectory(path)) {
        forceEntry(path);
      } else {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
          file.force(true);
        }
      }
    }
  }

  /** Waits until a folder's list of names is on disk, where the system has a way to ask for it. */
  static void forceEntry(Path folder) throws IOException {
    if (File.separatorChar == '/') {
      try (FileChannel entries = FileChannel.open(folder)) {
        entries.force(true);
      }
    }
  }
}

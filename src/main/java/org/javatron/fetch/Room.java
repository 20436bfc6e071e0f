package org.javatron.fetch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.javatron.io.InputException;

/** Whether a folder's disk has room for what is to come. */
@FunctionalInterface
interface Room {
  /** Left free beyond what is asked for: 64 MiB. */
  long SPARE_BYTES = 64L << 20;

  /** How much room a folder's disk has, in bytes; the tests' disks are smaller. */
  long bytes(Path folder) throws IOException;

  /** The true disk. */
  static Room ofDisk() {
    return folder -> Files.getFileStore(folder).getUsableSpace();
  }

  /** Refuses what does not fit, before it is begun. */
  default void require(String what, Path folder, long needed) throws IOException {
    long free = bytes(folder);
    if (needed > 0 && free < needed + SPARE_BYTES) {
      throw new NoRoomException(
          String.format(
              Locale.ROOT,
              "%s needs %,d MB in %s, but the disk has %,d MB free.",
              what,
              (needed + SPARE_BYTES) / 1_000_000 + 1,
              folder,
              free / 1_000_000));
    }
  }

  /** No other address would help. */
  final class NoRoomException extends InputException {
    private static final long serialVersionUID = 1L;

    NoRoomException(String message) {
      super(message);
    }
  }
}

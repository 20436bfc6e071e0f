package org.javatron.recipe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The most memory this process had resident, as Linux counts it. */
final class PeakMemory {
  private static final Path RESET = Path.of("/proc/self/clear_refs");
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String PEAK = "VmHWM:";

  private PeakMemory() {}

  /** Counts from now on; where the system refuses, the peak stays that of the whole process. */
  static void reset() {
    try {
      Files.writeString(RESET, "5"); // proc(5): resets the peak resident set size
    } catch (IOException | UnsupportedOperationException e) {
      return;
    }
  }

  /** In bytes since the last reset; null where the system does not tell. */
  static Long bytes() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(PEAK)) {
          return 1024 * Long.parseLong(line.substring(PEAK.length()).replaceAll("[^0-9]", ""));
        }
      }
    } catch (IOException e) {
      return null;
    }
    return null;
  }
}

package org.javatron.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import org.javatron.data.CorpusTable;
import org.javatron.data.NegativesGrouping;
import org.javatron.io.Progress;

/**
 * The two steps of {@code fetch marco} behind the downloads, one at a time, so that each can be
 * measured. Arguments: {@code join} or {@code group}, the input, the output.
 */
public final class PrepareMarco {
  private PrepareMarco() {}

  /**
   * Runs one step.
   *
   * @param arguments step, input, output
   * @throws IOException if the input is not as it must be, or the disk is full
   */
  public static void main(String[] arguments) throws IOException {
    Path input = Path.of(arguments[1]);
    Path output = Path.of(arguments[2]);
    switch (arguments[0]) {
      case "join" -> System.out.println(CorpusTable.write(input, output, Progress.none()));
      case "group" -> System.out.println(NegativesGrouping.run(input, output, Progress.none()));
      default -> throw new IllegalArgumentException("join or group, not " + arguments[0]);
    }
  }
}

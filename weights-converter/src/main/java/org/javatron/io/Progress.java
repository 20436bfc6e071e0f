package org.javatron.io;

import java.io.PrintWriter;

/**
 * Tells the person at the terminal how far a long piece of work is: count, rate and time left.
 *
 * <pre>{@code
 * try (Progress progress = Progress.console(err, "encoding", passages, "passages")) {
 *   for (Batch batch : batches) {
 *     encode(batch);
 *     progress.step(batch.size());
 *   }
 * }
 * }</pre>
 *
 * <p>Thread-safe: any thread may step. A step costs a few nanoseconds under a lock; step by
 * batches, not by single numbers.
 */
public interface Progress extends AutoCloseable {
  /**
   * Counts work that is done.
   *
   * @param amount how much more is done, in the unit given at the start; negative where work is
   *     lost and must be done again
   */
  void step(long amount);

  /**
   * Shows a line of its own, above the bar where there is one; a progress that shows nothing does
   * nothing.
   *
   * @param line what to say, without a line's end
   */
  default void note(String line) {}

  /** Shows the last state and ends. Closing twice does nothing more. */
  @Override
  void close();

  /**
   * A progress that shows nothing.
   *
   * @return the silent progress
   */
  static Progress none() {
    return new Progress() {
      @Override
      public void step(long amount) {}

      @Override
      public void close() {}
    };
  }

  /**
   * Progress on the console, from nothing done.
   *
   * @param err where it is shown: the command's error stream, never the stream of results
   * @param task what is done, one word: "encoding"
   * @param total how much there is to do; -1 if nobody knows
   * @param unit what is counted, in the plural: "passages"; "bytes" are shown as megabytes
   * @return the progress, closed by the caller
   */
  static Progress console(PrintWriter err, String task, long total, String unit) {
    return console(err, task, 0, total, unit);
  }

  /**
   * Progress on the console of work that was begun earlier. Rate and time left count this run's
   * work alone.
   *
   * <p>On a terminal a bar is redrawn in place; elsewhere (a log, a pipe) a plain line is written
   * every 10 seconds and at the end. Java cannot ask whether standard error is a terminal: the
   * launcher {@code scripts/javatron} does and gives its width in the system property {@code
   * javatron.columns}.
   *
   * @param err where it is shown: the command's error stream, never the stream of results
   * @param task what is done, one word: "encoding"
   * @param already how much was done before this run
   * @param total how much there is to do, including what was done before; -1 if nobody knows
   * @param unit what is counted, in the plural: "passages"; "bytes" are shown as megabytes
   * @return the progress, closed by the caller
   */
  static Progress console(PrintWriter err, String task, long already, long total, String unit) {
    return new ConsoleProgress(
        err, Integer.getInteger("javatron.columns", 0), task, already, total, unit);
  }
}

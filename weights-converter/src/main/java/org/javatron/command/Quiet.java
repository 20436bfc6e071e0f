package org.javatron.command;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.function.Supplier;

/** Keeps a library's chatter off standard output, which belongs to results. */
public final class Quiet {
  private Quiet() {}

  /**
   * Runs something whose prints to {@code System.out} nobody wants. Other threads' prints are lost
   * too meanwhile, so only for what takes a moment.
   *
   * @param work what to run
   * @param <T> its result
   * @return what it returned
   */
  public static synchronized <T> T run(Supplier<T> work) {
    PrintStream out = System.out;
    try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream())) {
      System.setOut(nowhere);
      return work.get();
    } finally {
      System.setOut(out);
    }
  }
}

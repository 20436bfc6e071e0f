package org.javatron.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.concurrent.Callable;
import org.javatron.io.InputException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;

class CommandRunnerTest {
  /** What a command's work may do. */
  private interface Work {
    void run() throws Exception;
  }

  /** A command that fails as a test wants. */
  @Command(name = "work")
  private static final class Worker implements Callable<Integer> {
    private final Work work;

    Worker(Work work) {
      this.work = work;
    }

    @Override
    public Integer call() throws Exception {
      work.run();
      return 0;
    }
  }

  private static void requireSentence(String sentence, Work work) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = CommandRunner.run(new Worker(work), new PrintWriter(out), new PrintWriter(err));
    assertEquals("work: " + sentence + System.lineSeparator(), err.toString());
    assertEquals("", out.toString());
    assertEquals(1, code);
  }

  @Test
  void whatIsWrongWithTheInputIsSaidAsItIs() {
    requireSentence("a.tsv:3: wrong", () -> fail(new InputException("a.tsv:3: wrong")));
    requireSentence("wrong", () -> fail(new IllegalArgumentException("wrong")));
    requireSentence("full", () -> fail(new UncheckedIOException(new IOException("full"))));
  }

  @Test
  void javasFileErrorsAreGivenTheirVerb() {
    requireSentence("no such file or folder: a", () -> fail(new NoSuchFileException("a")));
    requireSentence("no permission for a", () -> fail(new AccessDeniedException("a")));
    requireSentence("a exists already", () -> fail(new FileAlreadyExistsException("a")));
    requireSentence("a is not a folder", () -> fail(new NotDirectoryException("a")));
  }

  @Test
  void aBugIsCalledOne() {
    requireSentence(
        "internal error, please report it: java.lang.IllegalStateException: odd"
            + " (JAVATRON_DEBUG=1 shows where)",
        () -> fail(new IllegalStateException("odd")));
  }

  @Test
  void tooLittleMemoryIsASentenceToo() {
    requireSentence(
        "the memory does not suffice (Java heap space): JAVATRON_HEAP=4g allows more of Java's"
            + " heap, JAVATRON_OFFHEAP=8g more outside it",
        () -> {
          throw new OutOfMemoryError("Java heap space");
        });
  }

  @Test
  void wrongUsageIsExitCodeTwo() {
    StringWriter err = new StringWriter();
    int code =
        CommandRunner.run(
            new Worker(() -> {}),
            new PrintWriter(new StringWriter()),
            new PrintWriter(err),
            "--nonsense");
    assertEquals(2, code);
    assertTrue(err.toString().contains("See 'work --help'."), err.toString());
  }

  private static void fail(Exception error) throws Exception {
    throw error;
  }
}

package org.javatron.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final StringWriter text = new StringWriter();
  private final PrintWriter err = new PrintWriter(text);

  @Test
  void aLineHasCountRateAndTimeLeft() {
    assertEquals(
        "encoding: 250 of 1000 passages (25%), 50.0/s, 0:00:15 left",
        ConsoleProgress.line("encoding", 250, 0, 1000, "passages", Duration.ofSeconds(5)));
  }

  @Test
  void whatWasDoneBeforeDoesNotCountInTheRate() {
    assertEquals(
        "encoding: 600 of 1000 passages (60%), 10.0/s, 0:00:40 left",
        ConsoleProgress.line("encoding", 600, 500, 1000, "passages", Duration.ofSeconds(10)));
  }

  @Test
  void theEndShowsTheTimeItTook() {
    assertEquals(
        "encoding: 7322 of 7322 passages (100%), 2.0/s, 1:01:01",
        ConsoleProgress.line("encoding", 7322, 0, 7322, "passages", Duration.ofSeconds(3661)));
  }

  @Test
  void anUnknownTotalIsLeftOut() {
    assertEquals(
        "reading: 30 lines, 3.0/s, 0:00:10",
        ConsoleProgress.line("reading", 30, 0, -1, "lines", Duration.ofSeconds(10)));
  }

  @Test
  void noWorkIsDoneAtOnce() {
    assertTrue(
        ConsoleProgress.line("encoding", 0, 0, 0, "passages", Duration.ZERO)
            .startsWith("encoding: 0 of 0 passages, 0.0/s"));
  }

  @Test
  void shortWorkInALogIsOneLineWithEveryThreadsSteps() {
    try (Progress progress = new ConsoleProgress(err, 0, "encoding", 0, 4000, "passages")) {
      IntStream.range(0, 4000).parallel().forEach(i -> progress.step(1));
    }
    assertTrue(
        text.toString().startsWith("encoding: 4000 of 4000 passages (100%)"), text::toString);
    assertEquals(1, text.toString().lines().count());
  }

  @Test
  void bytesAreShownAsMegabytesAndLostWorkIsTakenBack() {
    Progress progress = new ConsoleProgress(err, 0, "downloading", 0, 440_000_000, "bytes");
    progress.step(300_000_000);
    progress.step(-100_000_000);
    progress.close();
    progress.close();
    assertTrue(text.toString().startsWith("downloading: 200 of 440 MB (45%)"), text::toString);
  }

  @Test
  void onATerminalABarIsRedrawnInPlace() {
    try (Progress progress = new ConsoleProgress(err, 80, "encoding", 0, 200, "passages")) {
      progress.step(200);
    }
    assertTrue(text.toString().startsWith("\rencoding"), text::toString);
    assertTrue(text.toString().contains("100%"), text::toString);
    text.toString().lines().forEach(line -> assertTrue(line.length() < 80, line));
    assertTrue(text.toString().endsWith(System.lineSeparator()), text::toString);
    assertEquals(1, text.toString().chars().filter(c -> c == '\n').count());
  }

  @Test
  void noneIsSilent() {
    try (Progress progress = Progress.none()) {
      progress.step(3);
    }
    assertEquals("", text.toString());
  }

  @Test
  void aNoteStandsOnALineOfItsOwnAboveTheBar() {
    try (Progress progress = new ConsoleProgress(err, 0, "encoding", 0, 2, "passages")) {
      progress.note("half of it");
      progress.step(2);
    }
    assertEquals("half of it", text.toString().lines().findFirst().get());
    StringWriter screen = new StringWriter();
    try (Progress bar =
        new ConsoleProgress(new PrintWriter(screen), 40, "encoding", 0, 2, "passages")) {
      bar.note("half of it");
    }
    // What is left of the bar's line is blank.
    assertTrue(
        screen.toString().contains("\r" + " ".repeat(39) + "\rhalf of it"), screen::toString);
  }
}

package org.javatron.io;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import me.tongfei.progressbar.ProgressState;

/** A bar where it can be redrawn, plain lines where it cannot; the library keeps the clock. */
final class ConsoleProgress implements Progress {
  private static final int BAR_MILLIS = 250;
  private static final int LINE_MILLIS = 10_000;
  private static final long MEGABYTE = 1_000_000;

  private final ProgressBar bar;
  private final PrintWriter err;
  private final int columns;
  private final Runnable end;
  private boolean closed;
  private volatile boolean lastShown;

  ConsoleProgress(
      PrintWriter err, int columns, String task, long already, long total, String unit) {
    this.err = err;
    this.columns = columns;
    boolean terminal = columns > 0;
    boolean bytes = unit.equals("bytes");
    ProgressBarBuilder builder =
        ProgressBar.builder()
            .setTaskName(task)
            .setInitialMax(total)
            .startsFrom(already, Duration.ZERO);
    if (terminal) {
      builder
          .setUpdateIntervalMillis(BAR_MILLIS)
          .setStyle(ProgressBarStyle.ASCII)
          .setUnit(bytes ? " MB" : " " + unit, bytes ? MEGABYTE : 1)
          .showSpeed()
          .setConsumer(
              new DelegatingProgressBarConsumer(text -> show(err, "\r" + text), columns - 1));
    } else {
      builder
          .setUpdateIntervalMillis(LINE_MILLIS)
          .setRenderer((state, width) -> line(state, bytes ? "MB" : unit, bytes ? MEGABYTE : 1))
          .setConsumer(new DelegatingProgressBarConsumer(text -> showLine(err, text)));
    }
    bar = builder.build();
    end = terminal ? () -> show(err, System.lineSeparator()) : () -> {};
  }

  private static void show(PrintWriter err, String text) {
    err.print(text);
    err.flush();
  }

  private static void showLine(PrintWriter err, String text) {
    if (!text.isEmpty()) {
      err.println(text);
      err.flush();
    }
  }

  private String line(ProgressState state, String unit, long unitSize) {
    Duration elapsed = state.getElapsedAfterStart();
    if (lastShown) {
      return ""; // at the end the library may draw twice
    }
    lastShown = !state.isAlive();
    if (state.isAlive() && elapsed.toMillis() < LINE_MILLIS / 2) {
      return ""; // the library also draws at the very start, when there is nothing to tell
    }
    return line(
        state.getTaskName(),
        state.getCurrent() / unitSize,
        state.getStart() / unitSize,
        state.isIndefinite() ? -1 : state.getMax() / unitSize,
        unit,
        elapsed);
  }

  /** For example {@code encoding: 250 of 1000 passages (25%), 50.0/s, 0:00:15 left}. */
  static String line(
      String task, long current, long start, long total, String unit, Duration elapsed) {
    double seconds = Math.max(1e-3, elapsed.toNanos() / 1e9);
    double rate = (current - start) / seconds;
    StringBuilder text = new StringBuilder(task).append(": ").append(current);
    if (total >= 0) {
      text.append(" of ").append(total);
    }
    text.append(' ').append(unit);
    if (total > 0) {
      text.append(" (").append(100 * current / total).append("%)");
    }
    text.append(String.format(Locale.ROOT, ", %.1f/s", rate));
    if (total > current && rate > 0) {
      text.append(", ").append(clock(Math.round((total - current) / rate))).append(" left");
    } else {
      text.append(", ").append(clock(Math.round(seconds)));
    }
    return text.toString();
  }

  private static String clock(long seconds) {
    return String.format(
        Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  @Override
  public void step(long amount) {
    bar.stepBy(amount);
  }

  @Override
  public void note(String line) {
    // On a terminal the bar's line is written over; the bar draws itself anew below.
    String erased = columns == 0 ? "" : "\r" + " ".repeat(columns - 1) + "\r";
    showLine(err, erased + line);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      bar.close();
      end.run();
    }
  }
}

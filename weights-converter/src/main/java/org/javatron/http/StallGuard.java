package org.javatron.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Ends a response that sends nothing for a while. The JDK's client has a time limit for the headers
 * only: without this a server that falls silent would hold the download for ever.
 */
public final class StallGuard extends FilterInputStream {
  private static final ScheduledExecutorService WATCH =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "stall-guard");
            thread.setDaemon(true);
            return thread;
          });

  private final Duration limit;
  private final ScheduledFuture<?> watch;
  private volatile long lastByte = System.nanoTime();
  private volatile boolean stalled;

  /**
   * Guards a response's body; closing it closes the body.
   *
   * @param in the body
   * @param limit the longest silence
   */
  public StallGuard(InputStream in, Duration limit) {
    super(in);
    this.limit = limit;
    long period = Math.max(1, limit.toMillis() / 4);
    this.watch = WATCH.scheduleWithFixedDelay(this::check, period, period, TimeUnit.MILLISECONDS);
  }

  private void check() {
    if (System.nanoTime() - lastByte > limit.toNanos()) {
      stalled = true;
      try {
        in.close(); // wakes the reader
      } catch (IOException e) {
        watch.cancel(false); // the reader sees the same failure
      }
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count;
    try {
      count = in.read(buffer, offset, length);
    } catch (IOException e) {
      throw stalled ? stall() : e;
    }
    if (stalled) {
      throw stall();
    }
    lastByte = System.nanoTime();
    return count;
  }

  private TransientException stall() {
    return new TransientException("No byte came for " + limit.toMillis() + " ms", null);
  }

  @Override
  public void close() throws IOException {
    watch.cancel(false);
    super.close();
  }
}

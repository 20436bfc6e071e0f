package org.javatron.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.javatron.io.InputException;

/**
 * Tries again what failed for a passing reason, at most {@code attempts} times without getting any
 * further, waiting twice as long each time. Thread-safe if the sleeper and the notices are.
 *
 * @param attempts how often in all
 * @param first the wait after the first failure; the next are twice as long, up to {@code longest}
 * @param longest the longest wait, also the longest that a server may ask for
 * @param sleeper how to wait
 * @param notices who is told
 */
public record Retry(
    int attempts, Duration first, Duration longest, Sleeper sleeper, Consumer<String> notices) {
  /** Waits; the tests' does not. */
  @FunctionalInterface
  public interface Sleeper {
    /**
     * Waits.
     *
     * @param time how long
     * @throws InterruptedException if the thread is interrupted
     */
    void sleep(Duration time) throws InterruptedException;
  }

  /**
   * One try.
   *
   * @param <T> what it gives
   */
  @FunctionalInterface
  public interface Attempt<T> {
    /**
     * Tries once.
     *
     * @return what came of it
     * @throws IOException if it failed: an InputException for good, others perhaps for now
     */
    T run() throws IOException;
  }

  /**
   * Five attempts, waiting 1, 2, 4 and 8 seconds; a server may ask for up to five minutes.
   *
   * @param notices told why and how long is waited, a sentence each time
   * @return the rule
   */
  public static Retry standard(Consumer<String> notices) {
    return new Retry(
        5, Duration.ofSeconds(1), Duration.ofMinutes(5), t -> Thread.sleep(t.toMillis()), notices);
  }

  /**
   * Runs until it succeeds; an attempt leaves nothing that the next one could use.
   *
   * @param attempt what is tried
   * @param <T> what it gives
   * @return its result
   * @throws IOException as {@link #run(Attempt, LongSupplier)}
   */
  public <T> T run(Attempt<T> attempt) throws IOException {
    return run(attempt, () -> 0);
  }

  /**
   * Runs until it succeeds.
   *
   * @param attempt what is tried
   * @param reached how far the work is, in bytes: an attempt that got further than any before it
   *     starts the count of failures anew, so a large file may come over a bad line in many pieces
   * @param <T> what it gives
   * @return the first attempt's result that did not fail
   * @throws IOException an {@link InputException} of an attempt, or one that says what failed last
   *     when the attempts are used up
   */
  public <T> T run(Attempt<T> attempt, LongSupplier reached) throws IOException {
    long furthest = reached.getAsLong();
    for (int failures = 1; ; failures++) {
      try {
        return attempt.run();
      } catch (InputException | InterruptedIOException e) {
        throw e; // trying again would not help
      } catch (IOException e) {
        long now = reached.getAsLong();
        if (now > furthest) {
          furthest = now;
          failures = 1;
        }
        if (failures >= attempts) {
          throw new InputException(
              String.format(
                  Locale.ROOT,
                  "%s; given up after %d attempts in a row. What has arrived is kept: run the"
                      + " command again to continue.",
                  describe(e),
                  attempts),
              e);
        }
        pause(e, failures);
      }
    }
  }

  private void pause(IOException failure, int failures) throws IOException {
    Duration wait = first.multipliedBy(1L << (failures - 1));
    if (failure instanceof TransientException passing && passing.retryAfter().isPresent()) {
      wait = passing.retryAfter().get();
      if (wait.compareTo(longest) > 0) {
        throw new InputException(
            String.format(
                Locale.ROOT,
                "%s; it asks to wait %d s: try again then.",
                describe(failure),
                wait.toSeconds()),
            failure);
      }
    }
    wait = wait.compareTo(longest) > 0 ? longest : wait;
    notices.accept(
        String.format(
            Locale.ROOT,
            "%s; trying again in %.1f s.",
            describe(failure),
            wait.toMillis() / 1000.0));
    try {
      sleeper.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("The download was interrupted.").initCause(e);
    }
  }

  private static String describe(IOException e) {
    return e instanceof TransientException
        ? e.getMessage()
        : "The connection failed ("
            + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage())
            + ")";
  }
}

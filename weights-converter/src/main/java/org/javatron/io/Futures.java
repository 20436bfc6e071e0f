package org.javatron.io;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Results of work that other threads do. */
public final class Futures {
  private Futures() {}

  /**
   * Waits for a result; what the other thread threw is thrown here as it is, so that a wrong line
   * in a file or a lack of memory reads the same whichever thread met it.
   *
   * @param <T> the result's type
   * @param result work begun on another thread
   * @return what it gave
   * @throws IOException if the work threw one (also inside an {@link UncheckedIOException}), or
   *     this thread was interrupted while it waited (an {@link InterruptedIOException}; the
   *     thread's mark is set again)
   */
  public static <T> T await(Future<T> result) throws IOException {
    try {
      return result.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted while waiting").initCause(e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof UncheckedIOException unchecked) {
        throw unchecked.getCause();
      }
      if (cause instanceof IOException io) {
        throw io;
      }
      if (cause instanceof RuntimeException bug) {
        throw bug;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException("a task ended with a checked exception", cause);
    }
  }
}

package org.javatron.http;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A failure that may pass: the server is busy, the line broke. {@link Retry} tries again. */
public final class TransientException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Duration retryAfter;

  /**
   * A failure.
   *
   * @param message what failed, without a full stop
   * @param retryAfter how long the server asked to wait; null if it did not
   */
  public TransientException(String message, Duration retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  /**
   * How long the server asked to wait.
   *
   * @return the time, empty if it did not ask
   */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}

package org.javatron.weights.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A failure that may pass: the server is busy, the line broke. {@link Retry} tries again. */
final class TransientException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Duration retryAfter;

  /** A failure without its full stop, and how long the server asked to wait (null: it did not). */
  TransientException(String message, Duration retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}

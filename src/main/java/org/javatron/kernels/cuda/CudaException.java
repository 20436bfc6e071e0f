package org.javatron.kernels.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The GPU, its driver or one of its libraries is missing or refused what it was asked for. The
 * message is one sentence for the user.
 */
public final class CudaException extends UncheckedIOException {
  private static final long serialVersionUID = 1;

  /**
   * A failure.
   *
   * @param message what was asked for and what came instead
   */
  public CudaException(String message) {
    super(message, new IOException(message));
  }

  /**
   * A failure with its cause.
   *
   * @param message what was asked for and what came instead
   * @param cause what the libraries threw
   */
  public CudaException(String message, Throwable cause) {
    super(message, new IOException(message, cause));
  }
}

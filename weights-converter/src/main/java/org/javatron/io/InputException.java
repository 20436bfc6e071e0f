package org.javatron.io;

import java.io.IOException;

/**
 * Something from outside is not as it must be: a file, a line in it, a tensor, an option's value.
 *
 * <p>The message is one complete sentence for the person at the terminal. It names the file (and
 * the line, byte or tensor), what was expected and what was found; the command line prints it as it
 * is and exits with code 1. Kinds of files that have many ways to be wrong extend this class.
 */
public class InputException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * An error with its sentence.
   *
   * @param message the sentence: where, expected, found
   */
  public InputException(String message) {
    super(message);
  }

  /**
   * An error with its sentence and what lies behind it.
   *
   * @param message the sentence: where, expected, found
   * @param cause the exception that revealed it
   */
  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}

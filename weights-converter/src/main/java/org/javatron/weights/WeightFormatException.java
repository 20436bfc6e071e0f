package org.javatron.weights;

import java.nio.file.Path;
import org.javatron.io.InputException;

/** A checkpoint or one of its files is not what it should be; the message says where and how. */
public final class WeightFormatException extends InputException {
  private static final long serialVersionUID = 1L;

  /**
   * An error in a file.
   *
   * @param file the file
   * @param problem what was expected and what was found, a sentence without its beginning
   */
  public WeightFormatException(Path file, String problem) {
    super(file + ": " + problem);
  }

  /**
   * An error in a file, with the exception that revealed it.
   *
   * @param file the file
   * @param problem what was expected and what was found, a sentence without its beginning
   * @param cause the exception behind it
   */
  public WeightFormatException(Path file, String problem, Throwable cause) {
    super(file + ": " + problem, cause);
  }
}

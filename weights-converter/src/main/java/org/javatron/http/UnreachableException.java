package org.javatron.http;

import org.javatron.io.InputException;

/** There is no way to the host; trying again at once would not help. */
public final class UnreachableException extends InputException {
  private static final long serialVersionUID = 1L;

  UnreachableException(String message, Throwable cause) {
    super(message, cause);
  }
}

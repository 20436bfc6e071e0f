package org.javatron.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * Turns whatever went wrong into one sentence on standard error and exit code 1. {@code
 * JAVATRON_DEBUG=1} adds the stack trace.
 */
final class ErrorHandler implements IExecutionExceptionHandler {
  @Override
  public int handleExecutionException(Exception error, CommandLine command, ParseResult parsed) {
    command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + sentence(error));
    if (System.getenv("JAVATRON_DEBUG") != null) {
      error.printStackTrace(command.getErr());
    }
    command.getErr().flush();
    return 1;
  }

  static String sentence(Throwable error) {
    if (error instanceof UncheckedIOException) {
      return sentence(error.getCause());
    }
    if (error instanceof FileSystemException file) {
      return fileSentence(file);
    }
    if (error instanceof CharacterCodingException) {
      return "the input is not UTF-8 text (" + error.getMessage() + ")";
    }
    if (error instanceof OutOfMemoryError) {
      return "the memory does not suffice ("
          + error.getMessage()
          + "): JAVATRON_HEAP=4g allows more of Java's heap, JAVATRON_OFFHEAP=8g more outside it";
    }
    if (error instanceof IOException || error instanceof IllegalArgumentException) {
      return error.getMessage() == null ? error.toString() : error.getMessage();
    }
    return "internal error, please report it: " + error + " (JAVATRON_DEBUG=1 shows where)";
  }

  private static String fileSentence(FileSystemException error) {
    String file = error.getFile();
    if (error instanceof NoSuchFileException) {
      return "no such file or folder: " + file;
    }
    if (error instanceof AccessDeniedException) {
      return "no permission for " + file;
    }
    if (error instanceof FileAlreadyExistsException) {
      return Files.isRegularFile(Path.of(file))
          ? file + " is a file; expected a folder"
          : file + " exists already";
    }
    if (error instanceof NotDirectoryException) {
      return file + " is not a folder";
    }
    return error.getReason() == null ? error.getMessage() : file + ": " + error.getReason();
  }
}

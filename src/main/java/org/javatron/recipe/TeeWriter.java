package org.javatron.recipe;

import java.io.IOException;
import java.io.Writer;
import java.util.List;

/** Writes the same to several writers; closing it leaves them open. */
final class TeeWriter extends Writer {
  private final List<Writer> writers;

  TeeWriter(Writer... writers) {
    this.writers = List.of(writers);
  }

  @Override
  public void write(char[] text, int from, int length) throws IOException {
    for (Writer writer : writers) {
      writer.write(text, from, length);
    }
  }

  @Override
  public void flush() throws IOException {
    for (Writer writer : writers) {
      writer.flush();
    }
  }

  @Override
  public void close() {}
}

package org.javatron.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FuturesTest {
  @Test
  void givesTheResult() throws IOException {
    assertEquals(7, Futures.await(CompletableFuture.completedFuture(7)));
  }

  @Test
  void throwsWhatTheOtherThreadThrew() {
    for (Throwable failure :
        new Throwable[] {
          new InputException("c.tsv:3: wrong"),
          new IllegalArgumentException("wrong"),
          new OutOfMemoryError("Java heap space")
        }) {
      Throwable thrown =
          assertThrows(
              Throwable.class, () -> Futures.await(CompletableFuture.failedFuture(failure)));
      assertSame(failure, thrown);
    }
  }

  @Test
  void unwrapsAnIoException() {
    IOException io = new IOException("disk");
    assertSame(
        io,
        assertThrows(
            IOException.class,
            () -> Futures.await(CompletableFuture.failedFuture(new UncheckedIOException(io)))));
  }

  @Test
  void anInterruptKeepsItsMark() {
    Thread.currentThread().interrupt();
    assertThrows(
        InterruptedIOException.class, () -> Futures.await(new CompletableFuture<String>()));
    assertTrue(Thread.interrupted());
  }
}

package org.javatron.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class WorkersTest {
  @Test
  void everyTaskRunsOnceAndNoWorkerRunsTwoAtATime() {
    for (int threads : new int[] {1, 2, 5}) {
      try (Workers workers = new Workers(threads)) {
        for (int tasks : new int[] {0, 1, 2, 7, 1000}) {
          AtomicIntegerArray runs = new AtomicIntegerArray(tasks);
          AtomicIntegerArray busy = new AtomicIntegerArray(threads);
          workers.run(
              tasks,
              (task, worker) -> {
                assertEquals(1, busy.incrementAndGet(worker));
                runs.incrementAndGet(task);
                busy.decrementAndGet(worker);
              });
          for (int i = 0; i < tasks; i++) {
            assertEquals(1, runs.get(i));
          }
        }
      }
    }
  }

  @Test
  void theCallerSeesTheFirstFailureAndCanGoOn() {
    try (Workers workers = new Workers(2)) {
      IllegalStateException wrong = new IllegalStateException("wrong");
      Workers.Task failing =
          (task, worker) -> {
            if (task == 3) {
              throw wrong;
            }
          };
      assertSame(wrong, assertThrows(IllegalStateException.class, () -> workers.run(10, failing)));
      AtomicInteger count = new AtomicInteger();
      workers.run(10, (task, worker) -> count.incrementAndGet());
      assertEquals(10, count.get());
    }
  }

  @Test
  void aParkedHelperWakes() throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      for (int i = 0; i < 3; i++) {
        Thread.sleep(50); // long enough to park
        AtomicInteger count = new AtomicInteger();
        workers.run(100, (task, worker) -> count.incrementAndGet());
        assertEquals(100, count.get());
      }
    }
  }

  @Test
  void zeroThreadsAreRefused() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> new Workers(0).close());
    assertTrue(e.getMessage().contains("got 0"));
  }
}

package org.javatron.kernels;

import java.io.Closeable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed set of threads that share the tiles of one piece of work: the caller is worker 0, the
 * others wait for it.
 *
 * <p>The ops of a batch follow each other within microseconds while waking a parked thread takes
 * tens of them, so a worker without work spins for a moment before it parks. Tasks are handed out
 * one at a time, so a core slowed by somebody else takes fewer of them. Which worker runs a task
 * must not change its result.
 *
 * <p>Thread-safe: a second caller waits for the first. A task must not call {@link #run} itself.
 */
public final class Workers implements Closeable {
  private static final int SPINS = 20_000;

  private final Thread[] helpers;
  private volatile Job job = new Job(0, null, null);
  private volatile boolean closed;

  /** One numbered piece of the work. */
  @FunctionalInterface
  public interface Task {
    /**
     * Does one piece.
     *
     * @param task its number, from 0
     * @param worker who runs it, from 0 to threads - 1: the index of a scratch buffer no other
     *     running task uses
     */
    void run(int task, int worker);
  }

  private static final class Job {
    final AtomicInteger next = new AtomicInteger();
    final AtomicInteger unfinished;
    final AtomicReference<Throwable> failure = new AtomicReference<>();
    final int tasks;
    final Task task;
    final Thread caller;

    Job(int tasks, Task task, Thread caller) {
      this.tasks = tasks;
      this.task = task;
      this.caller = caller;
      this.unfinished = new AtomicInteger(tasks);
    }

    void work(int worker) {
      for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
        try {
          if (failure.get() == null) {
            task.run(i, worker);
          }
        } catch (Throwable e) { // handed to the caller, whatever it is
          failure.compareAndSet(null, e);
        }
        if (unfinished.decrementAndGet() == 0) {
          LockSupport.unpark(caller);
        }
      }
    }
  }

  /**
   * Starts the helpers, which are daemon threads.
   *
   * @param threads how many threads work, the caller's included; at least 1
   */
  public Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, got " + threads);
    }
    helpers = new Thread[threads - 1];
    for (int i = 0; i < helpers.length; i++) {
      int worker = i + 1;
      helpers[i] = new Thread(() -> help(worker), "javatron-worker-" + worker);
      helpers[i].setDaemon(true);
      helpers[i].start();
    }
  }

  /**
   * How many threads work.
   *
   * @return at least 1
   */
  public int threads() {
    return helpers.length + 1;
  }

  /**
   * Runs tasks 0 to {@code tasks - 1} and returns when all are done.
   *
   * @param tasks how many there are, 0 or more
   * @param task what to do for each; the first exception is thrown here and the tasks not yet begun
   *     are left undone
   */
  public synchronized void run(int tasks, Task task) {
    Job mine = new Job(tasks, task, Thread.currentThread());
    if (tasks > 1) {
      if (closed) {
        throw new IllegalStateException("the workers are closed");
      }
      job = mine;
      for (Thread helper : helpers) {
        LockSupport.unpark(helper);
      }
    }
    mine.work(0);
    for (int spins = 0; mine.unfinished.get() > 0; spins++) {
      pause(spins);
    }
    Throwable failure = mine.failure.get();
    if (failure instanceof Error) {
      throw (Error) failure;
    } else if (failure != null) {
      throw (RuntimeException) failure; // a task can throw nothing else
    }
  }

  private void help(int worker) {
    Job done = job;
    for (int spins = 0; !closed; spins++) {
      Job current = job;
      if (current != done) {
        current.work(worker);
        done = current;
        spins = 0;
      } else {
        pause(spins);
      }
    }
  }

  private static void pause(int spins) {
    if (spins < SPINS) {
      Thread.onSpinWait();
    } else {
      LockSupport.park(); // returns at once if unparked since the condition was read
    }
  }

  /** Ends the helpers. */
  @Override
  public void close() {
    closed = true;
    for (Thread helper : helpers) {
      LockSupport.unpark(helper);
    }
  }
}

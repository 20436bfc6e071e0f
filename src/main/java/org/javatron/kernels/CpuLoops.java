package org.javatron.kernels;

/**
 * What the ops on a CPU share: threads, arithmetic on rows, and rows of scratch for each thread.
 */
final class CpuLoops {
  /** Rows of a loop without a product that one task takes. */
  private static final int ROWS = 32;

  /** Values of an elementwise op that one task takes: its arrays fit the second-level cache. */
  static final int CHUNK = 8192;

  private static final int BUFFERS = 5;

  final Workers workers;
  final RowMath math = RowMath.fastest();
  private final float[][][] scratch;

  /** A piece of an elementwise op. */
  @FunctionalInterface
  interface Chunk {
    void run(long at, int length, int worker);
  }

  CpuLoops(Workers workers) {
    this.workers = workers;
    scratch = new float[workers.threads()][BUFFERS][0];
  }

  /** Runs a task for each row, some rows at a time. */
  void eachRow(int count, Workers.Task row) {
    workers.run(
        (count + ROWS - 1) / ROWS,
        (block, worker) -> {
          for (int r = block * ROWS; r < Math.min(count, (block + 1) * ROWS); r++) {
            row.run(r, worker);
          }
        });
  }

  /** Runs a task for each stretch of {@code count} values. */
  void eachChunk(long count, Chunk chunk) {
    workers.run(
        Math.toIntExact((count + CHUNK - 1) / CHUNK),
        (i, worker) -> {
          long at = (long) i * CHUNK;
          chunk.run(at, (int) Math.min(CHUNK, count - at), worker);
        });
  }

  /** One of a worker's buffers, 0 to 4, at least so long. */
  float[] scratch(int worker, int which, int length) {
    float[][] buffers = scratch[worker];
    if (buffers[which].length < length) {
      buffers[which] = new float[length];
    }
    return buffers[which];
  }
}

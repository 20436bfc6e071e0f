package org.javatron.kernels;

/**
 * Self-attention over packed sequences on a CPU: one task a sequence and head, so that queries,
 * keys, values (three strips of d columns) and scores of a task stay in one core's cache.
 *
 * <p>No token of another sequence is ever looked at: no padding, no mask. Scores are computed for
 * {@link #BLOCK} queries at a time, which bounds the buffer for long sequences.
 */
final class CpuAttention {
  private static final int BLOCK = 128;

  private final Workers workers;
  private final RowMath math;
  private final Floats[] scores;
  private final float[][] rows;

  CpuAttention(Workers workers, RowMath math, int longestSequence) {
    this.workers = workers;
    this.math = math;
    int length = Math.min(BLOCK, longestSequence) * longestSequence;
    scores = new Floats[workers.threads()];
    rows = new float[workers.threads()][length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = Floats.allocate(length);
    }
  }

  long scratchBytes() {
    return (long) scores.length * rows[0].length * Float.BYTES;
  }

  /**
   * @param qkv [T, 3h]
   * @param start [B + 1], first row of each sequence
   * @param heads how many
   * @param h hidden size
   * @param out [T, h]
   */
  void run(Floats qkv, int[] start, int heads, int h, Floats out) {
    int sequences = start.length - 1;
    workers.run(
        sequences * heads,
        (task, worker) -> {
          int b = task / heads;
          int head = task % heads;
          for (int t = start[b]; t < start[b + 1]; t += BLOCK) {
            int queries = Math.min(BLOCK, start[b + 1] - t);
            block(qkv, t, queries, start[b], start[b + 1], head, h / heads, h, out, worker);
          }
        });
  }

  /**
   * Rows {@code t} to {@code t + queries - 1} of one head against rows {@code from} to {@code to -
   * 1}.
   */
  private void block(
      Floats qkv,
      int t,
      int queries,
      int from,
      int to,
      int head,
      int d,
      int h,
      Floats out,
      int worker) {
    int stride = 3 * h;
    int keys = to - from;
    long column = (long) head * d;
    Floats score = scores[worker];
    Blas.rowsTimesRows(
        queries,
        keys,
        d,
        (float) (1 / Math.sqrt(d)),
        qkv.at((long) t * stride + column),
        stride,
        qkv.at((long) from * stride + h + column),
        stride,
        0,
        score.pointer,
        keys);
    float[] row = rows[worker];
    score.read(0, row, 0, queries * keys);
    for (int q = 0; q < queries; q++) {
      math.softmax(row, q * keys, keys);
    }
    score.write(0, row, 0, queries * keys);
    Blas.rowsTimesColumns(
        queries,
        d,
        keys,
        1,
        score.pointer,
        keys,
        qkv.at((long) from * stride + 2L * h + column),
        stride,
        0,
        out.at((long) t * h + column),
        h);
  }

  void close() {
    for (Floats score : scores) {
      score.free();
    }
  }
}

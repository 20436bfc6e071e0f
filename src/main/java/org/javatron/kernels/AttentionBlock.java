package org.javatron.kernels;

/**
 * A worker's probabilities of {@link #QUERIES} queries of a head with all keys: a bound on memory
 * for long sequences, and as much as stays in a core's cache for short ones. It stands twice, for
 * BLAS and on the heap for the loops.
 */
final class AttentionBlock {
  static final int QUERIES = 128;

  final Floats values;
  final float[] probabilities;
  private final RowMath math;

  AttentionBlock(RowMath math, int longestSequence) {
    this.math = math;
    probabilities = new float[Math.min(QUERIES, longestSequence) * longestSequence];
    values = Floats.allocate(probabilities.length);
  }

  long bytes() {
    return (long) probabilities.length * Float.BYTES;
  }

  /** Sets the probabilities of the queries of rows t to {@code t + queries - 1}. */
  void computeProbabilities(AttentionHead head, int t, int queries) {
    int keys = head.keys();
    int stride = head.stride();
    Blas.rowsTimesRows(
        queries,
        keys,
        head.d(),
        head.scale(),
        head.query(t),
        stride,
        head.key(),
        stride,
        0,
        values.pointer,
        keys);
    values.read(0, probabilities, 0, queries * keys);
    for (int q = 0; q < queries; q++) {
      math.softmax(probabilities, q * keys, keys);
    }
  }

  /** Masks rows of the block, which stand in {@code rows}. */
  static void drop(
      float[] rows, AttentionHead head, int sequence, int t, int queries, DropoutMask mask) {
    // The index runs on from row to row.
    mask.apply(rows, 0, queries * head.keys(), sequence, head.index(t));
  }

  void free() {
    values.free();
  }
}

package org.javatron.search;

import java.util.Arrays;

/**
 * Keeps the best {@code depth} of any number of passages, in whatever order they come, by canonical
 * scores that it asks for only where the scan's do not decide.
 *
 * <p>If depth passages have scan scores of at least t, each within the margin m of the canonical
 * one, depth passages score at least t - m: that is the bound. Whatever scores less is none of the
 * best; and a scan score below the bound by more than its own margin means that. What is left waits
 * as a key, and at the end all of it is scored canonically and the best are taken. So the result is
 * that of a sort by canonical scores, whatever the scan's roundings.
 *
 * <p>Keys are appended to a buffer longer than the depth (half as long again, for float32); when it
 * is full, a selection drops what is below. That costs a constant number of steps for each
 * candidate, where a heap costs the logarithm of the depth, and makes depth 1000 little slower than
 * 10. If too many scores lie within the margin, as with equal passages or with bytes, those in the
 * buffer are scored canonically and only the best stay, at the front; the depth-th of them is a
 * bound without a margin of its own. No passage is scored twice.
 *
 * <p>A selection need not wait until the buffer is full: the sooner the bound rises, the fewer
 * candidates come. It is made each time that half as many as the depth are new. And after a part of
 * the passages the bound may be guessed ({@link BoundGuess}).
 */
final class TopK implements Collector {
  /** So many new candidates at least are worth a selection. */
  static final int LEAST_NEW = 64;

  private final int depth;
  private final long[] keys;
  private int size;
  private int next; // the size at which the bound is looked for again
  private int scored; // so many at the front are canonical: none or depth
  private double margin;
  private volatile double bound;
  private double guess;

  /** Room for the best {@code depth} of at most {@code candidates} passages, and some more. */
  TopK(int depth, int candidates, int slack) {
    this.depth = Math.min(depth, candidates);
    this.keys = new long[capacity(depth, candidates, slack)];
    clear();
  }

  static int capacity(int depth, int candidates, int slack) {
    return (int) Math.min(candidates, (long) depth + slack);
  }

  @Override
  public void clear() {
    size = 0;
    scored = 0;
    next = next();
    margin = 0;
    bound = Double.NEGATIVE_INFINITY;
    guess = Double.NEGATIVE_INFINITY;
  }

  @Override
  public double bound() {
    return bound;
  }

  @Override
  public synchronized void offer(
      float[] scores,
      int[] positions,
      int count,
      int base,
      double theirMargin,
      CanonicalScores exact) {
    margin = Math.max(margin, theirMargin);
    double least = bound - theirMargin;
    for (int i = 0; i < count; i++) {
      float score = scores[positions[i]];
      if (score < least) {
        continue;
      }
      if (size == next) {
        compact(exact);
        least = bound - theirMargin;
        i--; // against the new bound
        continue;
      }
      keys[size++] = SortKey.of(score, base + positions[i]);
    }
  }

  @Override
  public void guess(double share, int tile) {
    if (scored == 0) { // else the best stand at the front, and may not be moved
      guess = BoundGuess.of(keys, size, depth, share, tile) - margin;
      bound = Math.max(bound, guess);
    }
  }

  @Override
  public boolean right() {
    if (guess == Double.NEGATIVE_INFINITY) {
      return true;
    }
    if (size < depth) {
      return false;
    }
    SortKey.selectLargest(keys, size, depth);
    return SortKey.score(keys[depth - 1]) >= guess;
  }

  private void compact(CanonicalScores exact) {
    drop();
    if (size > depth + (keys.length - depth) / 2) {
      exact.rescore(keys, scored, size);
      SortKey.selectLargest(keys, size, depth);
      size = depth;
      scored = depth;
      bound = Math.max(bound, SortKey.score(keys[depth - 1]));
    }
    next = next();
  }

  private int next() {
    return Math.min(keys.length, Math.max(size, depth) + Math.max(depth / 2, LEAST_NEW));
  }

  /** Drops what is below the best by more than roundings can do. */
  private void drop() {
    int kept = scored;
    if (scored == 0) {
      SortKey.selectLargest(keys, size, depth);
      bound = Math.max(bound, SortKey.score(keys[depth - 1]) - margin);
      kept = depth;
    }
    for (int i = kept; i < size; i++) {
      if (SortKey.score(keys[i]) >= bound - margin) {
        keys[kept++] = keys[i];
      }
    }
    size = kept;
  }

  @Override
  public synchronized int settle() {
    if (size > depth) {
      drop();
    }
    for (int i = scored; i < size; i++) {
      keys[i] = SortKey.ordinal(keys[i]);
    }
    Arrays.sort(keys, scored, size);
    return size;
  }

  @Override
  public int firstPending() {
    return scored;
  }

  @Override
  public long[] pending() {
    return keys;
  }

  @Override
  public Hits hits() {
    if (size > depth) {
      SortKey.selectLargest(keys, size, depth);
      size = depth;
    }
    return SortKey.hits(keys, size);
  }
}

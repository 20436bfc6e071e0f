package org.javatron.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.javatron.embeddings.Vectors;
import org.javatron.io.InputException;
import org.javatron.kernels.RowMath;

/**
 * Scores some passages of a query again, by {@link Metric}'s definition. One thread's own: it has
 * the query and some passages in arrays.
 *
 * <p>A canonical sum D is a chain of additions that wait for each other, several times slower than
 * a sum W of the same products in an order that suits the processor. Both are within {@code n 2^-53
 * (1 + 2^-20)} of the exact value, relative to the sum of magnitudes A, for n up to 2^30, and A
 * itself was summed within as much. If W - e and W + e with {@code e = n 2^-51 A} round to the same
 * float, so does D, which lies between them; one time in thousands they do not, and D is computed.
 */
final class CanonicalScores {
  private static final int ROWS = 4;

  private final Metric metric;
  private final Vectors passages;
  private final Vectors queries;
  private final float[] query;
  private final float[] rows;
  private final double[] sums = new double[ROWS];
  private final double[] wide = new double[2];
  private final RowMath rowMath = RowMath.fastest();
  private FloatPointer source;
  private long queryRow;
  private boolean loaded;

  CanonicalScores(Metric metric, Vectors passages, Vectors queries) {
    this.metric = metric;
    this.passages = passages;
    this.queries = queries;
    this.query = new float[passages.dim()];
    this.rows = new float[ROWS * passages.dim()];
  }

  static long bytes(int dim) {
    return (ROWS + 1L) * dim * Float.BYTES;
  }

  /** Sets the query, whose values are copied when they are first needed. */
  void query(FloatPointer values, long row) {
    source = values;
    queryRow = row;
    loaded = false;
  }

  /** Puts canonical scores in the place of the keys' scores. */
  void rescore(long[] keys, int from, int to) {
    int dim = query.length;
    for (int first = from; first < to; first += ROWS) {
      int count = Math.min(ROWS, to - first);
      for (int i = 0; i < count; i++) {
        passages.read(SortKey.ordinal(keys[first + i]), 1, rows, i * dim);
      }
      sum(count);
      for (int i = 0; i < count; i++) {
        int ordinal = SortKey.ordinal(keys[first + i]);
        keys[first + i] = SortKey.of(checked(sums[i], ordinal), ordinal);
      }
    }
  }

  /** The canonical scores of a whole tile, [count, dim], that begins with passage {@code base}. */
  void score(FloatBuffer tile, int count, int base, float[] scores) {
    int dim = query.length;
    for (int first = 0; first < count; first += ROWS) {
      int some = Math.min(ROWS, count - first);
      tile.get(first * dim, rows, 0, some * dim);
      sum(some);
      for (int i = 0; i < some; i++) {
        scores[first + i] = checked(sums[i], base + first + i);
      }
    }
  }

  private void sum(int count) {
    if (!loaded) {
      source.get(query);
      loaded = true;
    }
    int dim = query.length;
    for (int i = 0; i < count; i++) {
      sums[i] = metric == Metric.INNER_PRODUCT ? dot(i * dim, dim) : exact(i * dim, dim);
    }
  }

  private double dot(int offset, int dim) {
    rowMath.wideDot(query, rows, offset, dim, wide);
    double error = dim * 0x1p-51 * wide[1];
    boolean sure = (float) (wide[0] - error) == (float) (wide[0] + error); // not if NaN
    return sure ? wide[0] : exact(offset, dim);
  }

  private double exact(int offset, int dim) {
    return metric.exact(query, rows, offset, dim);
  }

  private float checked(double exact, int ordinal) {
    float score = Metric.rounded(exact);
    if (!Float.isFinite(score)) {
      throw notFinite(score, ordinal);
    }
    return score;
  }

  private UncheckedIOException notFinite(float score, int ordinal) {
    InputException error;
    try {
      Checks.finite(passages, ordinal); // what is wrong with the passage itself comes first
      error = Checks.notFinite(score, queries.id(queryRow), passages.id(ordinal));
    } catch (IOException e) {
      return new UncheckedIOException(e);
    }
    return new UncheckedIOException(error);
  }
}

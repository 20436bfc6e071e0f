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
 * the query and a passage in arrays.
 *
 * <p>A canonical sum D is a chain of additions that wait for each other, several times slower than
 * a sum W of the same products in an order that suits the processor. Both are within {@code n 2^-53
 * (1 + 2^-20)} of the exact value, relative to the sum of magnitudes A, for n up to 2^30, and A
 * itself was summed within as much. If W - e and W + e with {@code e = n 2^-51 A} round to the same
 * float, so does D, which lies between them; one time in thousands they do not, and D is computed.
 */
final class CanonicalScores {
  private final Metric metric;
  private final Vectors passages;
  private final Vectors queries;
  private final float[] query;
  private final float[] row;
  private final double[] wide = new double[2];
  private final RowMath rowMath = RowMath.fastest();
  private FloatPointer source;
  private long queryRow;
  private boolean loaded;
  private long scored;

  CanonicalScores(Metric metric, Vectors passages, Vectors queries) {
    this.metric = metric;
    this.passages = passages;
    this.queries = queries;
    this.query = new float[passages.dim()];
    this.row = new float[passages.dim()];
  }

  static long bytes(int dim) {
    return 2L * dim * Float.BYTES;
  }

  /** Sets the query, whose values are copied when they are first needed. */
  void query(FloatPointer values, long row) {
    source = values;
    queryRow = row;
    loaded = false;
  }

  /** Puts canonical scores in the place of the keys' scores. */
  void rescore(long[] keys, int from, int to) {
    for (int i = from; i < to; i++) {
      int ordinal = SortKey.ordinal(keys[i]);
      keys[i] = SortKey.of(score(ordinal), ordinal);
    }
  }

  /** The canonical score of one passage. */
  float score(int ordinal) {
    passages.read(ordinal, 1, row, 0);
    return checked(ordinal);
  }

  /** The canonical score of one passage of a tile [count, dim] that begins with {@code base}. */
  float score(FloatBuffer tile, int base, int ordinal) {
    tile.get((ordinal - base) * row.length, row);
    return checked(ordinal);
  }

  /** How many scores were asked for so far. */
  long scored() {
    return scored;
  }

  private float checked(int ordinal) {
    scored++;
    if (!loaded) {
      source.get(query);
      loaded = true;
    }
    boolean product = metric == Metric.INNER_PRODUCT;
    double exact = product ? dot() : metric.exact(query, row, 0, row.length);
    float score = Metric.rounded(exact);
    if (!Float.isFinite(score)) {
      throw notFinite(score, ordinal);
    }
    return score;
  }

  private double dot() {
    int dim = query.length;
    rowMath.wideDot(query, row, 0, dim, wide);
    double error = dim * 0x1p-51 * wide[1];
    boolean sure = (float) (wide[0] - error) == (float) (wide[0] + error); // not if NaN
    return sure ? wide[0] : metric.exact(query, row, 0, dim);
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

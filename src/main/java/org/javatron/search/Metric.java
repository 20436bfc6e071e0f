package org.javatron.search;

/**
 * What orders passages: the canonical score of a query q and a passage p, both float32 [dim].
 *
 * <p>Every sum runs in double precision in the order of the dimensions, and the result is rounded
 * once to float; a product of two floats is exact in double, so a fused multiply-add would change
 * nothing. The score hence has the same bits on every machine, with any number of threads, tiles or
 * shards. Greater is better for all three. An underflow to {@code -0} is given as {@code 0}.
 *
 * <p>Cost: dim multiplications and additions that wait for each other, some microsecond at 768.
 */
public enum Metric {
  /** {@code sum_i q[i] p[i]}: Faiss's METRIC_INNER_PRODUCT, the default. */
  INNER_PRODUCT {
    @Override
    double exact(float[] q, float[] p, int offset, int dim) {
      return dot(q, p, offset, dim);
    }
  },
  /**
   * {@code sum_i q[i] p[i] / (|q| |p|)}, from -1 to 1 but for rounding; 0 where either vector is
   * zero.
   */
  COSINE {
    @Override
    double exact(float[] q, float[] p, int offset, int dim) {
      double queries = 0;
      double passages = 0;
      for (int i = 0; i < dim; i++) {
        queries += (double) q[i] * q[i];
        passages += (double) p[offset + i] * p[offset + i];
      }
      double lengths = Math.sqrt(queries) * Math.sqrt(passages);
      return lengths == 0 ? 0 : dot(q, p, offset, dim) / lengths;
    }
  },
  /**
   * {@code -sum_i (q[i] - p[i])^2}: the squared distance, negative so that greater is better here
   * too. Faiss's METRIC_L2 gives the same number without the sign.
   */
  L2 {
    @Override
    double exact(float[] q, float[] p, int offset, int dim) {
      double sum = 0;
      for (int i = 0; i < dim; i++) {
        double difference = (double) q[i] - p[offset + i];
        sum += difference * difference;
      }
      return -sum;
    }
  };

  abstract double exact(float[] q, float[] p, int offset, int dim);

  /**
   * The canonical score.
   *
   * @param q float32, the query, from index 0
   * @param p float32, the passage, from {@code offset}
   * @param offset index of the passage's first value
   * @param dim how many values
   * @return the score; NaN or infinite if a value is, or if it passes float's range
   */
  public float score(float[] q, float[] p, int offset, int dim) {
    return rounded(exact(q, p, offset, dim));
  }

  static float rounded(double exact) {
    return (float) exact + 0f; // -0 + 0 is 0
  }

  private static double dot(float[] q, float[] p, int offset, int dim) {
    double sum = 0;
    for (int i = 0; i < dim; i++) {
      sum += (double) q[i] * p[offset + i];
    }
    return sum;
  }
}

package org.javatron.kernels.cuda;

import org.javatron.kernels.DropoutRule;

/** Attention over packed sequences and its gradient in float64, one probability after another. */
final class AttentionLoops {
  /** [T, H]. */
  final double[] out;

  /** [T, 3H]. */
  final double[] dQkv;

  private final float[] qkv;
  private final float[] dOut;
  private final int h;
  private final int d;
  private final DropoutRule<?> rule;

  AttentionLoops(
      float[] qkv, float[] dOut, int[] start, int heads, int d, DropoutRule<?> rule, long[] keys) {
    this.qkv = qkv;
    this.dOut = dOut;
    this.d = d;
    this.rule = rule;
    h = heads * d;
    out = new double[dOut.length];
    dQkv = new double[qkv.length];
    for (int b = 0; b < keys.length; b++) {
      // mix64(key + (site + 1) · golden ratio), as DropoutRule says
      long key = DropoutRule.mix64(keys[b] + (rule.site() + 1) * 0x9E3779B97F4A7C15L);
      int n = start[b + 1] - start[b];
      for (int head = 0; head < heads; head++) {
        for (int query = 0; query < n; query++) {
          addQuery(start[b], n, head, query, key);
        }
      }
    }
  }

  private void addQuery(int first, int n, int head, int query, long key) {
    int column = head * d;
    int q = (first + query) * 3 * h + column;
    int g = (first + query) * h + column;
    double[] p = new double[n];
    double sum = 0;
    for (int j = 0; j < n; j++) {
      p[j] = Math.exp(dot(qkv, q, qkv, q(first + j, column) + h) / Math.sqrt(d));
      sum += p[j];
    }
    double[] kept = new double[n];
    double[] dP = new double[n];
    double mean = 0;
    for (int j = 0; j < n; j++) {
      p[j] /= sum;
      int index = (head * n + query) * n + j;
      boolean keeps = DropoutRule.bits(key, index) >= rule.threshold();
      kept[j] = !rule.drops() ? 1 : keeps ? rule.factor() : 0;
      int v = q(first + j, column) + 2 * h;
      dP[j] = kept[j] * dot(dOut, g, qkv, v);
      mean += p[j] * dP[j];
      for (int c = 0; c < d; c++) {
        out[g + c] += p[j] * kept[j] * qkv[v + c];
        dQkv[v + c] += p[j] * kept[j] * dOut[g + c];
      }
    }
    for (int j = 0; j < n; j++) {
      double dS = p[j] * (dP[j] - mean) / Math.sqrt(d);
      int k = q(first + j, column) + h;
      for (int c = 0; c < d; c++) {
        dQkv[q + c] += dS * qkv[k + c];
        dQkv[k + c] += dS * qkv[q + c];
      }
    }
  }

  private int q(int row, int column) {
    return row * 3 * h + column;
  }

  private double dot(float[] a, int i, float[] b, int j) {
    double sum = 0;
    for (int c = 0; c < d; c++) {
      sum += (double) a[i + c] * b[j + c];
    }
    return sum;
  }
}

package org.javatron.kernels;

import java.util.Arrays;

/** The plain loops: the reference for {@link RowMath} and its fallback on any JVM. */
public final class ScalarRowMath implements RowMath {
  /** There is nothing to set. */
  public ScalarRowMath() {}

  @Override
  public String description() {
    return "scalar";
  }

  @Override
  public float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
    float sum = 0;
    for (int i = 0; i < length; i++) {
      sum += a[aOffset + i] * b[bOffset + i];
    }
    return sum;
  }

  @Override
  public void wideDot(float[] a, float[] b, int bOffset, int length, double[] sums) {
    double sum = 0;
    double magnitudes = 0;
    for (int i = 0; i < length; i++) {
      double product = (double) a[i] * b[bOffset + i];
      sum += product;
      magnitudes += Math.abs(product);
    }
    sums[0] = sum;
    sums[1] = magnitudes;
  }

  @Override
  public void add(float[] x, int xOffset, float[] y, int yOffset, int length) {
    for (int i = 0; i < length; i++) {
      x[xOffset + i] += y[yOffset + i];
    }
  }

  @Override
  public void multiply(float[] x, int xOffset, float[] y, int yOffset, int length) {
    for (int i = 0; i < length; i++) {
      x[xOffset + i] *= y[yOffset + i];
    }
  }

  @Override
  public void scale(float[] x, int offset, int length, float factor) {
    for (int i = 0; i < length; i++) {
      x[offset + i] *= factor;
    }
  }

  @Override
  public void addScaled(float[] x, int xOffset, float[] y, int yOffset, int length, float factor) {
    for (int i = 0; i < length; i++) {
      x[xOffset + i] += factor * y[yOffset + i];
    }
  }

  @Override
  public void addGelu(float[] x, int xOffset, float[] bias, int biasOffset, int length) {
    for (int i = 0; i < length; i++) {
      float value = x[xOffset + i] + bias[biasOffset + i];
      float tail = NormalTail.above(Math.abs(value));
      x[xOffset + i] = value * (value < 0 ? tail : 1 - tail);
    }
  }

  @Override
  public void softmax(float[] x, int offset, int length) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < length; i++) {
      max = Math.max(max, x[offset + i]);
    }
    double sum = 0;
    for (int i = 0; i < length; i++) {
      x[offset + i] = (float) Math.exp(x[offset + i] - max);
      sum += x[offset + i];
    }
    scale(x, offset, length, (float) (1 / sum));
  }

  @Override
  public void layerNorm(float[] x, int offset, int length, float[] gamma, float[] beta, float eps) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += x[offset + i];
    }
    float mean = (float) (sum / length);
    double squares = 0;
    for (int i = 0; i < length; i++) {
      float distance = x[offset + i] - mean;
      squares += distance * distance;
    }
    float inverse = (float) (1 / Math.sqrt(squares / length + eps));
    for (int i = 0; i < length; i++) {
      x[offset + i] = (x[offset + i] - mean) * inverse * gamma[i] + beta[i];
    }
  }

  @Override
  public void geluBackward(float[] d, int dOffset, float[] x, int xOffset, int length) {
    for (int i = 0; i < length; i++) {
      d[dOffset + i] *= NormalTail.geluSlope(x[xOffset + i]);
    }
  }

  @Override
  public void softmaxBackward(float[] d, int dOffset, float[] p, int pOffset, int length) {
    float mean = dot(d, dOffset, p, pOffset, length);
    for (int i = 0; i < length; i++) {
      d[dOffset + i] = p[pOffset + i] * (d[dOffset + i] - mean);
    }
  }

  @Override
  public void layerNormBackward(
      float[] d, float[] x, int length, float[] gamma, float eps, float[] dGamma, float[] dBeta) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += x[i];
    }
    float mean = (float) (sum / length);
    double squares = 0;
    for (int i = 0; i < length; i++) {
      float distance = x[i] - mean;
      squares += distance * distance;
    }
    float inverse = (float) (1 / Math.sqrt(squares / length + eps));
    double sumOfG = 0;
    double alongUnit = 0;
    for (int i = 0; i < length; i++) {
      x[i] = (x[i] - mean) * inverse;
      dGamma[i] += d[i] * x[i];
      dBeta[i] += d[i];
      d[i] *= gamma[i];
      sumOfG += d[i];
      alongUnit += d[i] * x[i];
    }
    float meanOfG = (float) (sumOfG / length);
    float meanAlongUnit = (float) (alongUnit / length);
    for (int i = 0; i < length; i++) {
      d[i] = (d[i] - meanOfG - x[i] * meanAlongUnit) * inverse;
    }
  }

  @Override
  public void dropout(
      float[] x, int offset, int length, long siteKey, int index, int threshold, float factor) {
    for (int i = 0; i < length; i++) {
      boolean kept = DropoutRule.bits(siteKey, index + i) >= threshold;
      x[offset + i] *= kept ? factor : 0;
    }
  }

  @Override
  public void toBfloat16(float[] x, short[] out, int length) {
    for (int i = 0; i < length; i++) {
      out[i] = toBfloat16(x[i]);
    }
  }

  /**
   * Rounds one value: adding just less than half of the last place carries where more than half is
   * cut off, and where exactly half is, the last bit decides. A NaN keeps its upper bits and is
   * made quiet, so that cutting cannot leave an infinity.
   *
   * @param x float32
   * @return the bits of the nearest bfloat16
   */
  public static short toBfloat16(float x) {
    int bits = Float.floatToRawIntBits(x);
    return (short) ((Float.isNaN(x) ? bits | 0x400000 : bits + 0x7FFF + (bits >>> 16 & 1)) >>> 16);
  }

  @Override
  public void dotRows(
      float[] a, int aOffset, float[] b, int[] rows, int count, int length, float[] out) {
    for (int i = 0; i < count; i++) {
      out[i] = dot(a, aOffset, b, rows[i] * length, length);
    }
  }

  private static float dotBytes(float[] a, int aOffset, byte[] b, int bOffset, int length) {
    float sum = 0;
    for (int i = 0; i < length; i++) {
      sum += a[aOffset + i] * b[bOffset + i];
    }
    return sum;
  }

  @Override
  public void dotBytes(
      float[] a,
      int aOffset,
      byte[] b,
      int step,
      int rows,
      int length,
      float[] out,
      int outOffset) {
    for (int row = 0; row < rows; row++) {
      out[outOffset + row] = dotBytes(a, aOffset, b, row * step, length);
    }
  }

  @Override
  public void decode(byte[] b, int bOffset, int length, float scale, float[] out, int outOffset) {
    for (int i = 0; i < length; i++) {
      out[outOffset + i] = scale * b[bOffset + i];
    }
  }

  @Override
  public void scale(int[] x, float[] factors, int length, float factor, float base, float[] out) {
    for (int i = 0; i < length; i++) {
      out[i] = x[i] * (factors[i] * factor) + base;
    }
  }

  @Override
  public int collectReaching(float[] row, int length, float threshold, int[] positions) {
    int count = 0;
    for (int i = 0; i < length; i++) {
      if (!(row[i] < threshold)) {
        positions[count++] = i;
      }
    }
    return count;
  }

  @Override
  public int panelWidth() {
    return 8;
  }

  @Override
  public void multiplyPanel(
      float[] x, int xOffset, int rows, int k, float[] panel, float[] out, int outOffset) {
    int width = panelWidth();
    Arrays.fill(out, outOffset, outOffset + rows * width, 0);
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < k; i++) {
        for (int j = 0; j < width; j++) {
          out[outOffset + r * width + j] += x[xOffset + r * k + i] * panel[i * width + j];
        }
      }
    }
  }
}

package org.javatron.kernels;

/**
 * Arithmetic on rows of floats that neither BLAS nor ND4J does fast: the loops between the matrix
 * products.
 *
 * <p>Two implementations give the same results within rounding: {@link ScalarRowMath}, plain loops
 * that say what is meant, and one on the JDK's incubating Vector API, used where the JVM was
 * started with {@code --add-modules jdk.incubator.vector}. A randomised test ties them together.
 *
 * <p>Implementations hold no state and are thread-safe.
 */
public interface RowMath {
  /**
   * The fastest implementation this JVM can run.
   *
   * @return the Vector API's where its module is present, else the scalar one
   */
  static RowMath fastest() {
    return RowMathHolder.FASTEST;
  }

  /**
   * What {@code inspect} and the benchmarks print: the implementation and its vector width.
   *
   * @return for example {@code "Vector API, 512 bits"} or {@code "scalar"}
   */
  String description();

  /**
   * The inner product of two rows.
   *
   * @param a float32, read from {@code aOffset}
   * @param aOffset index of the first value of {@code a}
   * @param b float32, read from {@code bOffset}
   * @param bOffset index of the first value of {@code b}
   * @param length how many values are multiplied, 0 or more
   * @return the sum of products, accumulated in float32 in an order that depends on the
   *     implementation
   */
  float dot(float[] a, int aOffset, float[] b, int bOffset, int length);

  /**
   * The inner product of two rows in double precision, and the sum of its terms' magnitudes, which
   * bounds its rounding: whatever the order, the first is within {@code length * 2^-53} of the
   * exact value, relative to the second.
   *
   * @param a float32, read from index 0
   * @param b float32, read from {@code bOffset}
   * @param bOffset index of the first value of {@code b}
   * @param length how many values are multiplied, 0 or more
   * @param sums gets at 0 the sum of products, at 1 that of their magnitudes, both accumulated in
   *     an order that depends on the implementation
   */
  void wideDot(float[] a, float[] b, int bOffset, int length, double[] sums);

  /**
   * {@code x += y}, value by value.
   *
   * @param x float32, changed from {@code xOffset}
   * @param xOffset index of the first value of {@code x}
   * @param y float32, read from {@code yOffset}
   * @param yOffset index of the first value of {@code y}
   * @param length how many values, 0 or more
   */
  void add(float[] x, int xOffset, float[] y, int yOffset, int length);

  /**
   * {@code x *= y}, value by value.
   *
   * @param x float32, changed from {@code xOffset}
   * @param xOffset index of the first value of {@code x}
   * @param y float32, read from {@code yOffset}
   * @param yOffset index of the first value of {@code y}
   * @param length how many values, 0 or more
   */
  void multiply(float[] x, int xOffset, float[] y, int yOffset, int length);

  /**
   * {@code x *= factor}, value by value.
   *
   * @param x float32, changed from {@code offset}
   * @param offset index of the first value
   * @param length how many values, 0 or more
   * @param factor what each is multiplied with
   */
  void scale(float[] x, int offset, int length, float factor);

  /**
   * {@code x += factor · y}, value by value.
   *
   * @param x float32, changed from {@code xOffset}
   * @param xOffset index of the first value of {@code x}
   * @param y float32, read from {@code yOffset}
   * @param yOffset index of the first value of {@code y}
   * @param length how many values, 0 or more
   * @param factor what each value of {@code y} is multiplied with
   */
  void addScaled(float[] x, int xOffset, float[] y, int yOffset, int length, float factor);

  /**
   * {@code x = gelu(x + bias)}, value by value, where {@code gelu(x) = x Φ(x) = x (1 + erf(x/√2)) /
   * 2}: the exact form that BERT was trained with, not one of its approximations by tanh or the
   * logistic function. See {@link NormalTail} for how Φ is computed.
   *
   * @param x float32, changed from {@code xOffset}
   * @param xOffset index of the first value of {@code x}
   * @param bias float32, read from {@code biasOffset}
   * @param biasOffset index of the first value of {@code bias}
   * @param length how many values, 0 or more
   */
  void addGelu(float[] x, int xOffset, float[] bias, int biasOffset, int length);

  /**
   * {@code x[i] = exp(x[i] - max) / Σ exp(x[j] - max)}: turns scores into weights that sum to 1.
   * Subtracting the greatest score changes nothing but keeps exp from overflowing.
   *
   * @param x float32, changed from {@code offset}
   * @param offset index of the first value
   * @param length how many values, at least 1
   */
  void softmax(float[] x, int offset, int length);

  /**
   * {@code x = (x - mean) / √(variance + eps) · gamma + beta} with mean and biased variance of the
   * row itself (Ba et al. 2016). Two passes: the variance is the mean of squared distances from the
   * mean, which keeps its digits where the shortcut {@code E[x²] - mean²} loses them.
   *
   * @param x float32, changed from {@code offset}
   * @param offset index of the first value
   * @param length how many values, at least 1
   * @param gamma float32 [length], the learned scale
   * @param beta float32 [length], the learned shift
   * @param eps keeps a constant row from dividing by zero
   */
  void layerNorm(float[] x, int offset, int length, float[] gamma, float[] beta, float eps);

  /**
   * The gradient of GELU: {@code d = d (Φ(x) + x φ(x))}, value by value, with φ the normal density
   * {@code exp(-x²/2) / √(2π)}.
   *
   * @param d float32, the gradient of the output, becomes that of the input; from {@code dOffset}
   * @param dOffset index of the first value of {@code d}
   * @param x float32, what GELU was applied to, read from {@code xOffset}
   * @param xOffset index of the first value of {@code x}
   * @param length how many values, 0 or more
   */
  void geluBackward(float[] d, int dOffset, float[] x, int xOffset, int length);

  /**
   * The gradient of {@link #softmax}: {@code d = p (d - Σ d[j] p[j])}.
   *
   * @param d float32, the gradient of the weights, becomes that of the scores; from {@code dOffset}
   * @param dOffset index of the first value of {@code d}
   * @param p float32, the weights softmax gave, read from {@code pOffset}
   * @param pOffset index of the first value of {@code p}
   * @param length how many values, 0 or more
   */
  void softmaxBackward(float[] d, int dOffset, float[] p, int pOffset, int length);

  /**
   * The gradient of {@link #layerNorm}. With unit = (x - mean) / σ, σ = √(variance + eps) and g = d
   * gamma:
   *
   * <pre>
   * dGamma += d unit        dBeta += d        d = (g - mean(g) - unit mean(g unit)) / σ
   * </pre>
   *
   * @param d float32, the gradient of the output, becomes that of the input; from index 0
   * @param x float32, the input, from index 0; afterwards it holds unit
   * @param length how many values, at least 1
   * @param gamma float32 [length], the learned scale
   * @param eps as it was forwards
   * @param dGamma float32 [length], gets this row's share added
   * @param dBeta float32 [length], gets this row's share added
   */
  void layerNormBackward(
      float[] d, float[] x, int length, float[] gamma, float eps, float[] dGamma, float[] dBeta);

  /**
   * {@code x = x · factor} where {@link DropoutRule} keeps a value, {@code x · 0} where not: the
   * same bits from every implementation.
   *
   * @param x float32, changed from {@code offset}
   * @param offset index of the first value
   * @param length how many values, 0 or more
   * @param siteKey the sequence's key, mixed with the site
   * @param index the rule's index of the first value; the next ones follow
   * @param threshold the least 24-bit number that means "kept", 0 to 2²⁴
   * @param factor of the values that are kept
   */
  void dropout(
      float[] x, int offset, int length, long siteKey, int index, int threshold, float factor);

  /**
   * Rounds to bfloat16, the upper half of a float32, to the nearest and halves to even. NaN stays
   * NaN, and what is beyond the largest becomes infinite.
   *
   * @param x float32, read from index 0
   * @param out bfloat16, written from index 0
   * @param length how many values, 0 or more
   */
  void toBfloat16(float[] x, short[] out, int length);

  /**
   * The inner products of some floats and some rows of a matrix, in float32 and any order.
   *
   * @param a the floats
   * @param aOffset index of the first
   * @param b float32 [.., length], row after row from index 0
   * @param rows which rows
   * @param count how many
   * @param length how many values are multiplied
   * @param out gets a product for each of these rows, from index 0
   */
  void dotRows(float[] a, int aOffset, float[] b, int[] rows, int count, int length, float[] out);

  /**
   * The inner products of some floats and rows of bytes, in float32 and any order.
   *
   * @param a the floats
   * @param aOffset index of the first
   * @param b bytes from -128 to 127, row after row from index 0
   * @param step from one row to the next
   * @param rows how many
   * @param length how many values are multiplied
   * @param out gets a product for each row
   * @param outOffset index of the first
   */
  void dotBytes(
      float[] a, int aOffset, byte[] b, int step, int rows, int length, float[] out, int outOffset);

  /**
   * {@code out[outOffset + i] = scale b[bOffset + i]}.
   *
   * @param b bytes from -128 to 127
   * @param bOffset index of the first
   * @param length how many
   * @param scale for all
   * @param out gets the results
   * @param outOffset index of the first
   */
  void decode(byte[] b, int bOffset, int length, float scale, float[] out, int outOffset);

  /**
   * {@code out[i] = x[i] (factors[i] factor) + base}, a fused multiply-add or not.
   *
   * @param x whole numbers; rounded to float32 first
   * @param factors one each
   * @param length how many
   * @param factor for all
   * @param base for all
   * @param out gets the results
   */
  void scale(int[] x, float[] factors, int length, float factor, float base, float[] out);

  /**
   * Where a row reaches a threshold: the first, cheap step of a top-k, which few values pass.
   *
   * @param row float32, read from index 0
   * @param length how many values are looked at, 0 or more
   * @param threshold the least value of interest
   * @param positions gets, in ascending order, each index whose value is not below the threshold;
   *     NaN is not below anything, so it is never overlooked; at least {@code length} long, and
   *     behind those positions changed too
   * @return how many positions were written
   */
  int collectReaching(float[] row, int length, float threshold, int[] positions);

  /** The most rows of one {@link #multiplyPanel}. */
  int PANEL_ROWS = 6;

  /**
   * How wide panels for {@link #multiplyPanel} are.
   *
   * @return two vectors of this implementation
   */
  int panelWidth();

  /**
   * {@code out[r, j] = Σ_i x[r, i] · panel[i, j]}: few rows times a strip of a matrix, summed in
   * the order of i.
   *
   * @param x float32 [rows, k], read from {@code xOffset}
   * @param xOffset index of the first value of {@code x}
   * @param rows 1 to {@link #PANEL_ROWS}
   * @param k columns of {@code x}, rows of the panel
   * @param panel float32 [k, {@link #panelWidth}], from index 0
   * @param out float32 [rows, panelWidth], written from {@code outOffset}
   * @param outOffset index of the first value of {@code out}
   */
  void multiplyPanel(
      float[] x, int xOffset, int rows, int k, float[] panel, float[] out, int outOffset);
}

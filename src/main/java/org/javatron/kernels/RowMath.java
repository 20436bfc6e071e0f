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
}

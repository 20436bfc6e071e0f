package org.javatron.kernels;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;

/**
 * Matrix products on OpenBLAS, the library ND4J itself brings.
 *
 * <p>OpenBLAS has one number of threads for the whole process, so code that sets it in one place
 * slows down or overloads another. The rule here is that OpenBLAS never starts threads: every
 * product runs on the thread that asks for it, and work is spread by giving {@link Workers} tiles
 * of the result. That costs nothing: on two cores, tiles of 512 x 768 run at 96 % of the rate of
 * OpenBLAS's own two threads, and what follows the product (a bias, GELU, a top-k) can be done by
 * the same thread while the tile is still in its cache.
 *
 * <p>Thread-safe.
 */
public final class Blas {
  static {
    singleThreaded();
  }

  private Blas() {}

  /**
   * Tells OpenBLAS to start no threads. ND4J sets a number of its own when it starts, so whoever
   * starts ND4J in this process calls this afterwards, once; opening {@link Kernels} does. (Not
   * before each product: JavaCPP looks the library up again each time, which takes longer than a
   * small product.)
   */
  public static void singleThreaded() {
    openblas.blas_set_num_threads(1);
  }

  /**
   * {@code C = alpha A Bᵀ + beta C} for row-major matrices: inner products of the rows of A with
   * the rows of B. This is the shape of a linear layer (PyTorch keeps weights as [out, in]), of
   * attention scores and of exact search.
   *
   * @param m rows of A and C
   * @param n rows of B, columns of C
   * @param k columns of A and B
   * @param alpha factor of the product
   * @param a float32 [m, k]
   * @param lda values from one row of A to the next, at least k
   * @param b float32 [n, k]
   * @param ldb values from one row of B to the next, at least k
   * @param beta factor of what C holds; with 0, C may hold anything, NaN included
   * @param c float32 [m, n], the result
   * @param ldc values from one row of C to the next, at least n
   */
  public static void rowsTimesRows(
      int m,
      int n,
      int k,
      float alpha,
      FloatPointer a,
      int lda,
      FloatPointer b,
      int ldb,
      float beta,
      FloatPointer c,
      int ldc) {
    sgemm(openblas.CblasNoTrans, openblas.CblasTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  }

  /**
   * {@code C = alpha A B + beta C} for row-major matrices: each row of C is a weighted sum of the
   * rows of B.
   *
   * @param m rows of A and C
   * @param n columns of B and C
   * @param k columns of A, rows of B
   * @param alpha factor of the product
   * @param a float32 [m, k]
   * @param lda values from one row of A to the next, at least k
   * @param b float32 [k, n]
   * @param ldb values from one row of B to the next, at least n
   * @param beta factor of what C holds; with 0, C may hold anything, NaN included
   * @param c float32 [m, n], the result
   * @param ldc values from one row of C to the next, at least n
   */
  public static void rowsTimesColumns(
      int m,
      int n,
      int k,
      float alpha,
      FloatPointer a,
      int lda,
      FloatPointer b,
      int ldb,
      float beta,
      FloatPointer c,
      int ldc) {
    sgemm(
        openblas.CblasNoTrans, openblas.CblasNoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  }

  /**
   * {@code C = alpha Aᵀ B + beta C} for row-major matrices: inner products of the columns of A with
   * the columns of B. This is the shape of a weight's gradient.
   *
   * @param m columns of A, rows of C
   * @param n columns of B and C
   * @param k rows of A and B
   * @param alpha factor of the product
   * @param a float32 [k, m]
   * @param lda values from one row of A to the next, at least m
   * @param b float32 [k, n]
   * @param ldb values from one row of B to the next, at least n
   * @param beta factor of what C holds; with 0, C may hold anything, NaN included
   * @param c float32 [m, n], the result
   * @param ldc values from one row of C to the next, at least n
   */
  public static void columnsTimesColumns(
      int m,
      int n,
      int k,
      float alpha,
      FloatPointer a,
      int lda,
      FloatPointer b,
      int ldb,
      float beta,
      FloatPointer c,
      int ldc) {
    sgemm(openblas.CblasTrans, openblas.CblasNoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  }

  /**
   * {@code y = A x} for a row-major matrix: inner products of its rows with one vector. A matrix
   * product would first copy A into another order, which costs more than it gains where each row is
   * used once: this reads A as fast as memory gives it.
   *
   * @param m rows of A, values of y
   * @param k columns of A, values of x
   * @param a float32 [m, k]
   * @param lda values from one row of A to the next, at least k
   * @param x float32 [k]
   * @param y float32 [m], the result; may hold anything before
   */
  public static void rowsTimesVector(
      int m, int k, FloatPointer a, int lda, FloatPointer x, FloatPointer y) {
    openblas.cblas_sgemv(
        openblas.CblasRowMajor, openblas.CblasNoTrans, m, k, 1f, a, lda, x, 1, 0f, y, 1);
  }

  /**
   * The inner product of two vectors.
   *
   * @param n their values, 0 or more
   * @param x float32 [n]
   * @param y float32 [n]
   * @return the sum of products, in float32 in an order that depends on the machine
   */
  public static float dot(int n, FloatPointer x, FloatPointer y) {
    return openblas.cblas_sdot(n, x, 1, y, 1);
  }

  private static void sgemm(
      int transposeA,
      int transposeB,
      int m,
      int n,
      int k,
      float alpha,
      FloatPointer a,
      int lda,
      FloatPointer b,
      int ldb,
      float beta,
      FloatPointer c,
      int ldc) {
    openblas.cblas_sgemm(
        openblas.CblasRowMajor,
        transposeA,
        transposeB,
        m,
        n,
        k,
        alpha,
        a,
        lda,
        b,
        ldb,
        beta,
        c,
        ldc);
  }
}

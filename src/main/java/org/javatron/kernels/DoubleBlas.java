package org.javatron.kernels;

import org.bytedeco.openblas.global.openblas;

/**
 * Matrix products and eigenvectors in double precision, row-major, on the calling thread: what is
 * computed once and then trusted, where {@link Blas} is for what is computed all the time.
 *
 * <p>JavaCPP copies the arrays to memory of its own and back, which costs nothing beside the
 * products. Thread-safe.
 */
public final class DoubleBlas {
  static {
    Blas.singleThreaded();
  }

  private DoubleBlas() {}

  /**
   * {@code C = A Bᵀ}: inner products of the rows of A with the rows of B.
   *
   * @param m rows of A and C
   * @param n rows of B, columns of C
   * @param k columns of A and B
   * @param a float64 [m, k]
   * @param b float64 [n, k]
   * @param c float64 [m, n], the result
   */
  public static void rowsTimesRows(int m, int n, int k, double[] a, double[] b, double[] c) {
    openblas.cblas_dgemm(
        openblas.CblasRowMajor,
        openblas.CblasNoTrans,
        openblas.CblasTrans,
        m,
        n,
        k,
        1,
        a,
        k,
        b,
        k,
        0,
        c,
        n);
  }

  /**
   * {@code C = C + Aᵀ A}: adds the products of each two columns.
   *
   * @param n columns of A, rows and columns of C
   * @param k rows of A
   * @param a float64 [k, n]
   * @param c float64 [n, n], in and out
   */
  public static void addSquare(int n, int k, double[] a, double[] c) {
    openblas.cblas_dgemm(
        openblas.CblasRowMajor,
        openblas.CblasTrans,
        openblas.CblasNoTrans,
        n,
        n,
        k,
        1,
        a,
        n,
        a,
        n,
        1,
        c,
        n);
  }

  /**
   * The eigenvectors of a symmetric matrix, by LAPACK's divide and conquer (dsyevd).
   *
   * @param n rows and columns
   * @param matrix float64 [n, n], finite; overwritten by the eigenvectors, one a row, each of
   *     length 1 and orthogonal to the others, in the order of their eigenvalues, least first
   * @return the eigenvalues, {@code [n]}, ascending
   */
  public static double[] eigenvectors(int n, double[] matrix) {
    double[] values = new double[n];
    // Columns of a column-major matrix are the rows of what is row-major here.
    int status =
        openblas.LAPACKE_dsyevd(
            openblas.LAPACK_COL_MAJOR, (byte) 'V', (byte) 'U', n, matrix, n, values);
    if (status != 0) {
      throw new ArithmeticException("LAPACK's dsyevd found no eigenvectors: status " + status);
    }
    return values;
  }
}

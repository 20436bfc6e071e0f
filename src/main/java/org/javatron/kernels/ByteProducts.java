package org.javatron.kernels;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Matrix products of bytes, exact in int32, by oneDNN on the calling thread.
 *
 * <p>Processors multiply bytes without a sign by bytes with one. Those that can add four such
 * products at once (AVX-512 VNNI, AVX-VNNI, AMX) do it in 32 bits. Older ones add two in 16 bits,
 * and cut off what does not fit: hence {@link #limit}, below which nothing is cut off anywhere.
 */
public final class ByteProducts {
  /** Two products of 2 * 63 + 1 and 127 fit 16 bits. */
  private static final int NARROW = 63;

  private static final int WIDE = 127;

  /** oneDNN's kernel for AVX2 is half as fast with more rows of a, which leave the first cache. */
  private static final int FEW_ROWS = 24;

  private final int limit;
  private final IntPointer none = new IntPointer(1).put(0);

  private ByteProducts(int limit) {
    this.limit = limit;
  }

  /**
   * Opens oneDNN.
   *
   * @return null where there is none for this machine (this build has it for Linux on x86-64)
   */
  public static ByteProducts open() {
    int isa;
    try {
      Nd4j.factory().blas(); // first, so that both use the OpenMP library that ND4J brings
      isa = dnnl.dnnl_get_effective_cpu_isa();
    } catch (LinkageError e) {
      return null;
    }
    boolean wide = has(isa, dnnl.dnnl_cpu_isa_avx512_core_vnni);
    return new ByteProducts(wide || has(isa, dnnl.dnnl_cpu_isa_avx2_vnni) ? WIDE : NARROW);
  }

  /**
   * Opens oneDNN if this processor multiplies bytes much faster than floats.
   *
   * @return null if not, or where there is no oneDNN
   */
  public static ByteProducts openIfFast() {
    ByteProducts products = open();
    return products != null && products.limit == WIDE ? products : null;
  }

  private static boolean has(int isa, int wanted) {
    return (isa & wanted) == wanted;
  }

  /**
   * How large the left factors may be.
   *
   * @return 63 or 127; they are stored with {@code limit() + 1} added
   */
  public int limit() {
    return limit;
  }

  /**
   * Computes {@code c[i][j] = sum_k (a[i][k] - limit - 1) b[j][k]}.
   *
   * @param m rows of a
   * @param n rows of b
   * @param k values in a row
   * @param a bytes without a sign {@code [m, k]}, 1 to {@code 2 limit + 1}
   * @param b bytes {@code [n, k]}, -127 to 127
   * @param ldb bytes from one row of b to the next
   * @param c gets int32 {@code [m, n]}
   */
  public void multiply(int m, int n, int k, BytePointer a, BytePointer b, long ldb, IntPointer c) {
    int step = limit == WIDE ? m : FEW_ROWS;
    int status =
        OneDnn.singleThreaded(
            () -> {
              int worst = dnnl.dnnl_success;
              for (int i = 0; i < m; i += step) {
                int some = Math.min(step, m - i);
                BytePointer rows = a.getPointer((long) i * k);
                worst |= once(some, n, k, rows, b, ldb, c.getPointer((long) i * n));
              }
              return worst;
            });
    OneDnn.check(status, "multiplying bytes");
  }

  private int once(int m, int n, int k, BytePointer a, BytePointer b, long ldb, IntPointer c) {
    byte no = 'N';
    byte transposed = 'T';
    byte fixed = 'F';
    byte shift = (byte) (limit + 1);
    return dnnl.dnnl_gemm_u8s8s32(
        no, transposed, fixed, m, n, k, 1f, a, k, shift, b, ldb, (byte) 0, 0f, c, n, none);
  }
}

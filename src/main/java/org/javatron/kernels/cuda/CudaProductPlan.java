package org.javatron.kernels.cuda;

import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.cublas.cublasLtMatmulAlgo_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulDescOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulHeuristicResult_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulPreferenceOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatrixLayoutOpaque_t;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * How cuBLASLt computes products of certain sizes.
 *
 * <p>The library's matrices are column-major. A row-major matrix read that way is its own
 * transpose, so it is asked for {@code outᵀ = bᵀ aᵀ}: b is its first matrix, a its second, and
 * nothing is moved. The bias, one value for each column of out, is then one for each row, which is
 * how the library adds it.
 */
final class CudaProductPlan {
  private static final int GREATEST_ALIGNMENT = 256;

  /** All that a plan depends on. */
  record Key(
      long m,
      long n,
      long k,
      Part a,
      Part b,
      Part out,
      int count,
      boolean bias,
      CudaProducts.Epilogue epilogue) {
    static Key of(
        long m,
        long n,
        long k,
        CudaProducts.Matrix a,
        CudaProducts.Matrix b,
        CudaProducts.Matrix out,
        int count,
        boolean bias,
        CudaProducts.Epilogue epilogue) {
      return new Key(m, n, k, Part.of(a), Part.of(b), Part.of(out), count, bias, epilogue);
    }
  }

  /** What matters of a matrix. */
  record Part(CudaType type, boolean transposed, long rowLength, long distance, int alignment) {
    static Part of(CudaProducts.Matrix matrix) {
      long address = matrix.values().address() | GREATEST_ALIGNMENT;
      return new Part(
          matrix.values().type(),
          matrix.transposed(),
          matrix.rowLength(),
          matrix.distance(),
          (int) Long.lowestOneBit(address));
    }
  }

  final cublasLtMatmulDescOpaque_t operation = new cublasLtMatmulDescOpaque_t();
  final cublasLtMatrixLayoutOpaque_t a;
  final cublasLtMatrixLayoutOpaque_t b;
  final cublasLtMatrixLayoutOpaque_t out;
  private final LongPointer bias = new LongPointer(1).put(0);
  private final cublasLtMatmulHeuristicResult_t found = new cublasLtMatmulHeuristicResult_t();
  final cublasLtMatmulAlgo_t algorithm;

  /**
   * Asks the library.
   *
   * @param biasAddress where the first bias is, 0 without one
   */
  CudaProductPlan(cublasLtContext library, Key key, long biasAddress, long workspaceBytes) {
    CudaLibraries.checkProduct(
        cublas.cublasLtMatmulDescInit(operation, cublas.CUBLAS_COMPUTE_32F, cudart.CUDA_R_32F),
        "an operation");
    set(cublas.CUBLASLT_MATMUL_DESC_TRANSA, operator(key.b));
    set(cublas.CUBLASLT_MATMUL_DESC_TRANSB, operator(key.a));
    set(cublas.CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue(key));
    a = layout(key.a, key.m, key.k, key.count);
    b = layout(key.b, key.k, key.n, key.count);
    out = layout(key.out, key.m, key.n, key.count);
    if (key.bias) {
      bias(biasAddress);
    }
    choose(library, key, workspaceBytes);
    algorithm = found.algo();
  }

  private static int operator(Part part) {
    return part.transposed ? cublas.CUBLAS_OP_T : cublas.CUBLAS_OP_N;
  }

  private static int epilogue(Key key) {
    if (key.epilogue == CudaProducts.Epilogue.GELU) {
      return key.bias ? cublas.CUBLASLT_EPILOGUE_GELU_BIAS : cublas.CUBLASLT_EPILOGUE_GELU;
    }
    return key.bias ? cublas.CUBLASLT_EPILOGUE_BIAS : cublas.CUBLASLT_EPILOGUE_DEFAULT;
  }

  /** A row-major matrix of rows x columns (once transposed, if it is) in the library's terms. */
  private static cublasLtMatrixLayoutOpaque_t layout(
      Part part, long rows, long columns, int count) {
    cublasLtMatrixLayoutOpaque_t layout = new cublasLtMatrixLayoutOpaque_t();
    long storedRows = part.transposed ? columns : rows;
    long storedColumns = part.transposed ? rows : columns;
    CudaLibraries.checkProduct(
        cublas.cublasLtMatrixLayoutInit(
            layout, part.type.cublasType(), storedColumns, storedRows, part.rowLength),
        "a matrix");
    if (count > 1) {
      try (IntPointer number = new IntPointer(1).put(count);
          LongPointer distance = new LongPointer(1).put(part.distance)) {
        set(layout, cublas.CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, number, Integer.BYTES);
        set(layout, cublas.CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, distance, Long.BYTES);
      }
    }
    return layout;
  }

  private static void set(
      cublasLtMatrixLayoutOpaque_t layout, int attribute, Pointer value, long bytes) {
    CudaLibraries.checkProduct(
        cublas.cublasLtMatrixLayoutSetAttribute(layout, attribute, value, bytes), "a matrix");
  }

  private void set(int attribute, int value) {
    try (IntPointer pointer = new IntPointer(1).put(value)) {
      set(attribute, pointer, Integer.BYTES);
    }
  }

  private void set(int attribute, Pointer value, long bytes) {
    CudaLibraries.checkProduct(
        cublas.cublasLtMatmulDescSetAttribute(operation, attribute, value, bytes), "an operation");
  }

  /** Where the bias of the next product is. */
  void bias(long address) {
    if (bias.get() != address) {
      set(cublas.CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias.put(address), Long.BYTES);
    }
  }

  private void choose(cublasLtContext library, Key key, long workspaceBytes) {
    int[] count = {0};
    try (cublasLtMatmulPreferenceOpaque_t wanted = new cublasLtMatmulPreferenceOpaque_t()) {
      CudaLibraries.checkProduct(cublas.cublasLtMatmulPreferenceInit(wanted), "a preference");
      prefer(wanted, cublas.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, workspaceBytes, Long.BYTES);
      alignment(wanted, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, key.b);
      alignment(wanted, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, key.a);
      alignment(wanted, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, key.out);
      alignment(wanted, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, key.out);
      int status =
          cublas.cublasLtMatmulAlgoGetHeuristic(
              library, operation, b, a, out, out, wanted, 1, found, count);
      if (status != cublas.CUBLAS_STATUS_SUCCESS || count[0] == 0) {
        throw new CudaException(
            "cuBLASLt computes no such product (status %d): %s".formatted(status, key));
      }
    }
  }

  private static void alignment(cublasLtMatmulPreferenceOpaque_t wanted, int which, Part part) {
    prefer(wanted, which, part.alignment, Integer.BYTES);
  }

  /** The attribute's bytes come first in a little-endian long. */
  private static void prefer(
      cublasLtMatmulPreferenceOpaque_t wanted, int attribute, long value, long bytes) {
    try (LongPointer pointer = new LongPointer(1).put(value)) {
      CudaLibraries.checkProduct(
          cublas.cublasLtMatmulPreferenceSetAttribute(wanted, attribute, pointer, bytes),
          "a preference");
    }
  }

  void close() {
    operation.close();
    a.close();
    b.close();
    out.close();
    bias.close();
    found.close();
  }
}

package org.javatron.kernels.cuda;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Matrix products on a GPU's tensor cores by cuBLASLt, for row-major matrices. 16-bit inputs are
 * multiplied as they are and added up in float32; float32 inputs are multiplied in float32, not
 * rounded to TF32 first.
 *
 * <p>How a product of certain sizes is best computed is asked once and kept. The same product of
 * the same sizes gives the same bits. Not thread-safe, as its device.
 */
public final class CudaProducts {
  /** What happens to a product's values, after the bias was added, before they are stored. */
  public enum Epilogue {
    /** Nothing. */
    NONE,
    /**
     * GELU in its approximation by tanh. It differs from the exact one by at most 4.8e-4 (at -2.7),
     * the spacing of bfloat16 numbers near 0.1; for inference with 16-bit results only.
     */
    GELU
  }

  /**
   * A row-major matrix, or several of the same size at equal distances.
   *
   * @param values the memory, the first value first
   * @param transposed whether what is meant is the transpose of what is stored
   * @param rowLength values from one stored row to the next
   * @param distance values from one matrix to the next
   */
  public record Matrix(CudaArray values, boolean transposed, long rowLength, long distance) {
    /**
     * One matrix without gaps.
     *
     * @param values two-dimensional
     * @param transposed whether its transpose is meant
     */
    public Matrix(CudaArray values, boolean transposed) {
      this(values, transposed, values.size(1), 0);
    }
  }

  private static final int MOST_PLANS = 1024;

  /** Memory on the GPU that products may use while they run. */
  static final long WORKSPACE_BYTES = 64 << 20;

  private final CudaDevice device;
  private final cublasLtContext library = new cublasLtContext();
  private final CudaArray workspace;
  private final FloatPointer alpha = new FloatPointer(1);
  private final FloatPointer beta = new FloatPointer(1);
  private final DevicePointer[] pointers = {
    new DevicePointer(), new DevicePointer(), new DevicePointer(), new DevicePointer()
  };
  private final Map<CudaProductPlan.Key, CudaProductPlan> plans =
      new LinkedHashMap<>(64, 0.75f, true);

  CudaProducts(CudaDevice device) {
    CudaLibraries.loadProducts();
    this.device = device;
    CudaLibraries.checkProduct(cublas.cublasLtCreate(library), "its start");
    workspace = device.allocate(CudaType.INT8, WORKSPACE_BYTES);
  }

  /**
   * {@code out = epilogue(x wᵀ + bias)}: a linear layer.
   *
   * @param x [m, k], float32 or 16 bits
   * @param w [n, k], as x
   * @param bias [n] of out's type, or null
   * @param epilogue GELU for 16-bit results only
   * @param out [m, n] of x's type, or float32
   */
  public void rowsTimesRows(
      CudaArray x, CudaArray w, CudaArray bias, Epilogue epilogue, CudaArray out) {
    multiply(
        x.size(0),
        w.size(0),
        x.size(1),
        1,
        new Matrix(x, false),
        new Matrix(w, true),
        0,
        new Matrix(out, false),
        1,
        bias,
        epilogue);
  }

  /**
   * {@code out = x w}: the gradient of a linear layer's input.
   *
   * @param x [m, n]
   * @param w [n, k], as x
   * @param out [m, k] of x's type, or float32
   */
  public void rowsTimesMatrix(CudaArray x, CudaArray w, CudaArray out) {
    multiply(
        x.size(0),
        w.size(1),
        x.size(1),
        1,
        new Matrix(x, false),
        new Matrix(w, false),
        0,
        new Matrix(out, false),
        1);
  }

  /**
   * {@code out = aᵀ b}, or that added to what {@code out} holds: the gradient of a linear layer's
   * weight.
   *
   * @param a [m, n]
   * @param b [m, k], as a
   * @param out [n, k] of a's type, or float32
   * @param add whether to add
   */
  public void transposedTimesMatrix(CudaArray a, CudaArray b, CudaArray out, boolean add) {
    multiply(
        a.size(1),
        b.size(1),
        a.size(0),
        1,
        new Matrix(a, true),
        new Matrix(b, false),
        add ? 1 : 0,
        new Matrix(out, false),
        1);
  }

  /**
   * {@code out = alpha a b + beta out} for matrices anywhere, {@code count} times.
   *
   * @param m rows of a and out
   * @param n columns of b and out
   * @param k columns of a, rows of b
   * @param alpha factor of the product
   * @param a [m, k] once transposed as it says
   * @param b [k, n], likewise
   * @param beta factor of what out holds; with 0 it may hold anything
   * @param out [m, n], not transposed
   * @param count how many matrices
   */
  public void multiply(
      long m, long n, long k, float alpha, Matrix a, Matrix b, float beta, Matrix out, int count) {
    multiply(m, n, k, alpha, a, b, beta, out, count, null, Epilogue.NONE);
  }

  private void multiply(
      long m,
      long n,
      long k,
      float alpha,
      Matrix a,
      Matrix b,
      float beta,
      Matrix out,
      int count,
      CudaArray bias,
      Epilogue epilogue) {
    if (m == 0 || n == 0) {
      return;
    }
    device.enter();
    CudaProductPlan.Key key =
        CudaProductPlan.Key.of(m, n, k, a, b, out, count, bias != null, epilogue);
    CudaProductPlan plan = plans.get(key);
    if (plan == null) {
      plan = new CudaProductPlan(library, key, bias == null ? 0 : bias.address(), WORKSPACE_BYTES);
      plans.put(key, plan);
      forgetOne();
    }
    if (bias != null) {
      plan.bias(bias.address());
    }
    this.alpha.put(alpha);
    this.beta.put(beta);
    DevicePointer result = pointers[2].at(out.values().address());
    int status =
        cublas.cublasLtMatmul(
            library,
            plan.operation,
            this.alpha,
            pointers[0].at(b.values().address()),
            plan.b,
            pointers[1].at(a.values().address()),
            plan.a,
            this.beta,
            result,
            plan.out,
            result,
            plan.out,
            plan.algorithm,
            pointers[3].at(workspace.address()),
            WORKSPACE_BYTES,
            device.stream());
    if (status != cublas.CUBLAS_STATUS_SUCCESS) {
      CudaLibraries.checkProduct(status, "a product, " + key);
    }
  }

  /** Batches come in many sizes: the plan that was not used for longest goes. */
  private void forgetOne() {
    if (plans.size() > MOST_PLANS) {
      plans.remove(plans.keySet().iterator().next()).close();
    }
  }

  void close() {
    plans.values().forEach(CudaProductPlan::close);
    workspace.close();
    cublas.cublasLtDestroy(library);
  }
}

package org.javatron.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.javatron.kernels.cuda.CudaProducts.Epilogue;
import org.javatron.kernels.cuda.CudaProducts.Matrix;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Products by cuBLASLt against plain loops in float64, over sizes that fit no tile. */
@Tag("gpu")
class CudaProductsTest {
  private static final long[][] SIZES = {
    {1, 8, 8}, {2, 16, 24}, {17, 32, 64}, {63, 384, 32}, {1000, 96, 64}, {256, 768, 384}, {5, 1, 72}
  };

  private final Random random = new Random(1);
  private CudaDevice device;

  @BeforeEach
  void open() {
    device = CudaDevice.open();
  }

  @AfterEach
  void close() {
    device.close();
  }

  /** A matrix on both sides: on the GPU rounded to its type, here what that rounding left. */
  private final class Both {
    final CudaArray there;
    final float[] here;
    final int columns;

    Both(CudaType type, long rows, long columns) {
      there = device.allocate(type, rows, columns);
      here = new float[(int) (rows * columns)];
      this.columns = (int) columns;
      for (int i = 0; i < here.length; i++) {
        here[i] = (float) random.nextGaussian();
      }
      there.put(here, 0, here.length);
      there.get(here, 0, here.length);
    }

    double at(long row, long column) {
      return here[(int) (row * columns + column)];
    }
  }

  private interface Entry {
    double at(int row, int column);
  }

  private static void agree(String what, CudaArray found, double allowed, Entry expected) {
    float[] values = new float[(int) found.length()];
    found.get(values, 0, values.length);
    int columns = (int) found.size(1);
    double distance = 0;
    double length = 0;
    for (int i = 0; i < values.length; i++) {
      double wanted = expected.at(i / columns, i % columns);
      distance += (values[i] - wanted) * (values[i] - wanted);
      length += wanted * wanted;
    }
    double error = Math.sqrt(distance / length);
    assertTrue(error < allowed, what + ": relative error " + error);
  }

  private static double allowed(CudaType out) {
    return out == CudaType.FLOAT32 ? 1e-5 : 1e-2;
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "BFLOAT16", "FLOAT16"})
  void theThreeFormsOfALinearLayer(CudaType type) {
    for (long[] size : SIZES) {
      long m = size[0];
      int n = (int) size[1];
      int k = (int) size[2];
      String sizes = type + " " + Arrays.toString(size);
      Both x = new Both(type, m, k);
      Both w = new Both(type, n, k);
      Both bias = new Both(type, 1, n);
      Both g = new Both(type, m, n);
      CudaArray forward = poisoned(type, m, n);
      device
          .products()
          .rowsTimesRows(x.there, w.there, bias.there.view(0, n), Epilogue.NONE, forward);
      Entry linear = (i, j) -> inner(k, x, i, w, j) + bias.at(0, j);
      agree("x wᵀ + b " + sizes, forward, allowed(type), linear);

      if (type != CudaType.FLOAT32) {
        device
            .products()
            .rowsTimesRows(x.there, w.there, bias.there.view(0, n), Epilogue.GELU, forward);
        agree("gelu " + sizes, forward, 1e-2, (i, j) -> tanhGelu(linear.at(i, j)));
        CudaArray floats = poisoned(CudaType.FLOAT32, m, n);
        device.products().rowsTimesRows(x.there, w.there, null, Epilogue.NONE, floats);
        agree("x wᵀ as floats " + sizes, floats, 1e-5, (i, j) -> inner(k, x, i, w, j));
      }

      CudaArray dX = poisoned(type, m, k);
      device.products().rowsTimesMatrix(g.there, w.there, dX);
      agree("g w " + sizes, dX, allowed(type), (i, j) -> sum(n, o -> g.at(i, o) * w.at(o, j)));

      CudaArray dW = poisoned(CudaType.FLOAT32, n, k);
      Entry gradient = (i, j) -> sum((int) m, t -> g.at(t, i) * x.at(t, j));
      device.products().transposedTimesMatrix(g.there, x.there, dW, false);
      agree("gᵀ x " + sizes, dW, 1e-5, gradient);
      device.products().transposedTimesMatrix(g.there, x.there, dW, true);
      agree("gᵀ x twice " + sizes, dW, 1e-5, (i, j) -> 2 * gradient.at(i, j));
    }
  }

  private interface Term {
    double at(int index);
  }

  private static double sum(int count, Term term) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += term.at(i);
    }
    return sum;
  }

  private static double inner(int k, Both x, int i, Both w, int j) {
    return sum(k, p -> x.at(i, p) * w.at(j, p));
  }

  private static double tanhGelu(double z) {
    return 0.5 * z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z * z * z)));
  }

  private CudaArray poisoned(CudaType type, long... shape) {
    CudaArray array = device.allocate(type, shape);
    array.fill(0xFF); // NaN in each type
    return array;
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "BFLOAT16", "FLOAT16"})
  void partsOfLargerMatricesSeveralAtATime(CudaType type) {
    int count = 3;
    Both a = new Both(type, count * 20, 48);
    Both b = new Both(type, count * 24, 40);
    CudaArray out = poisoned(CudaType.FLOAT32, count * 20, 56);
    out.fill(0);
    // Each: rows 0 to 19, columns 8 to 31 of a; 24 rows, columns 16 to 39 of b, transposed.
    device
        .products()
        .multiply(
            20,
            24,
            24,
            0.5f,
            new Matrix(a.there.view(8, a.there.length() - 8), false, 48, 20 * 48),
            new Matrix(b.there.view(16, b.there.length() - 16), true, 40, 24 * 40),
            0,
            new Matrix(out, false, 56, 20 * 56),
            count);
    agree(
        "parts",
        out,
        1e-5,
        (i, j) -> j >= 24 ? 0 : 0.5 * sum(24, p -> a.at(i, 8 + p) * b.at(i / 20 * 24 + j, 16 + p)));
  }

  @Test
  void theSameProductGivesTheSameBits() {
    Both x = new Both(CudaType.BFLOAT16, 1000, 768);
    Both w = new Both(CudaType.BFLOAT16, 768, 768);
    CudaArray out = device.allocate(CudaType.FLOAT32, 1000, 768);
    float[] first = new float[(int) out.length()];
    float[] again = new float[first.length];
    device.products().rowsTimesRows(x.there, w.there, null, Epilogue.NONE, out);
    out.get(first, 0, first.length);
    for (int i = 0; i < 5; i++) {
      out.fill(0xFF);
      device.products().rowsTimesRows(x.there, w.there, null, Epilogue.NONE, out);
      out.get(again, 0, again.length);
      assertArrayEquals(first, again);
    }
  }
}

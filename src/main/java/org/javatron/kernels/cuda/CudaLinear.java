package org.javatron.kernels.cuda;

/**
 * Linear layers by {@link CudaProducts}, the bias added as the product is stored. Activations of 16
 * bits meet weights of 16 bits: parameters have such a copy, other weights are rounded each time.
 */
final class CudaLinear {
  private final CudaLoops loops;
  private final CudaProgram elementwise;

  CudaLinear(CudaLoops loops) {
    this.loops = loops;
    elementwise = loops.program("elementwise", loops.activations);
  }

  void forward(CudaArray x, CudaArray weight, CudaArray bias, CudaArray out) {
    product(x, weight, bias, CudaProducts.Epilogue.NONE, out);
  }

  private void product(
      CudaArray x,
      CudaArray weight,
      CudaArray bias,
      CudaProducts.Epilogue epilogue,
      CudaArray out) {
    loops.products.rowsTimesRows(
        x,
        operand(weight, CudaScratch.Use.WEIGHT),
        operand(bias, CudaScratch.Use.BIAS),
        epilogue,
        out);
  }

  /** A weight in the type of activations. */
  private CudaArray operand(CudaArray values, CudaScratch.Use use) {
    if (values.type() == loops.activations) {
      return values;
    }
    if (values.parameter != null) {
      return values.parameter.copy(loops.activations);
    }
    CudaArray rounded = loops.scratch.array(use, loops.activations, values.shape());
    CudaParameter.convert(values, rounded);
    return rounded;
  }

  /**
   * With GELU. For inference in 16 bits it is the product's epilogue, which approximates it by tanh
   * and saves writing and reading the widest activation once more; otherwise it is the exact one.
   */
  void gelu(CudaArray x, CudaArray weight, CudaArray bias, CudaArray out, CudaArray sum) {
    if (sum == null && loops.activations.isHalf()) {
      product(x, weight, bias, CudaProducts.Epilogue.GELU, out);
      return;
    }
    CudaArray z = sum == null ? out : sum;
    product(x, weight, bias, CudaProducts.Epilogue.NONE, z);
    elementwise.launch(
        "gelu", CudaLoops.pieceBlocks(z.length()), 1, CudaLoops.THREADS, 0, z, out, z.length());
  }

  void geluBackward(CudaArray sum, CudaArray dOut, CudaArray dSum) {
    elementwise.launch(
        "geluBackward",
        CudaLoops.pieceBlocks(sum.length()),
        1,
        CudaLoops.THREADS,
        0,
        sum,
        dOut,
        dSum,
        sum.length());
  }

  void backward(
      CudaArray x,
      CudaArray weight,
      CudaArray dOut,
      CudaArray dX,
      CudaArray dWeight,
      CudaArray dBias) {
    loops.products.rowsTimesMatrix(dOut, operand(weight, CudaScratch.Use.WEIGHT), dX);
    loops.products.transposedTimesMatrix(dOut, x, dWeight, false);
    loops.sumColumns(dOut, dBias);
  }
}

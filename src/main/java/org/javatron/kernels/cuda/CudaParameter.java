package org.javatron.kernels.cuda;

/** What belongs to a parameter beside its float32 values: their copy for the tensor cores. */
final class CudaParameter {
  private static final int THREADS = 256;

  private final CudaArray values;
  private CudaArray copy;

  CudaParameter(CudaArray values) {
    this.values = values;
  }

  /** The values in a type of 16 bits, made now if nobody asked before. */
  CudaArray copy(CudaType type) {
    if (copy == null) {
      copy = values.device().allocate(type, values.shape());
      renew();
    }
    return copy;
  }

  /** The copy, or null if there is none. */
  CudaArray copyIfAny() {
    return copy;
  }

  /** Makes the copy what the values are now. */
  void renew() {
    if (copy != null) {
      convert(values, copy);
    }
  }

  /** Rounds float32 values to the other array's type. */
  static void convert(CudaArray from, CudaArray to) {
    int count = Math.toIntExact(from.length());
    from.device()
        .program("convert", to.type().storageDefine())
        .launch("toStorage", (count + THREADS - 1) / THREADS, 1, THREADS, 0, from, to, count);
  }

  void close() {
    if (copy != null) {
      copy.close();
    }
  }
}

package org.javatron.weights;

/**
 * A tensor as a PyTorch pickle describes it: a view into a storage, which several may share.
 *
 * @param storage the storage
 * @param offset its first element in the storage
 * @param shape dimensions, outermost first
 * @param stride for each dimension, how many elements of the storage one step is
 */
record TorchTensor(Storage storage, long offset, long[] shape, long[] stride) {
  /**
   * A run of elements somewhere in the file.
   *
   * @param key the name the file knows it by
   * @param elements how many the pickle says there are
   */
  record Storage(Dtype dtype, String key, long elements) {}

  /** Whether the elements stand in C order without gaps. */
  boolean contiguous() {
    long expected = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      if (shape[i] != 1 && stride[i] != expected) {
        return false;
      }
      expected *= shape[i];
    }
    return true;
  }

  /**
   * How many elements of the storage the tensor reaches into: one more than its last element's
   * index, 0 if it has none.
   *
   * @throws ArithmeticException where the sum passes 2^63
   */
  long reach() {
    long last = offset;
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] == 0) {
        return 0;
      }
      last = Math.addExact(last, Math.multiplyExact(shape[i] - 1, stride[i]));
    }
    return Math.addExact(last, 1);
  }

  /** The place in the storage of the tensor's i-th element in C order. */
  long place(long i) {
    long place = offset;
    for (int d = shape.length - 1; d >= 0; d--) {
      place += i % shape[d] * stride[d];
      i /= shape[d];
    }
    return place;
  }
}

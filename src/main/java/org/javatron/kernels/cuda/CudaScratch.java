package org.javatron.kernels.cuda;

import java.util.EnumMap;
import java.util.Map;

/**
 * Memory on the GPU for what an op needs while it runs; it grows to the largest that was asked for.
 */
final class CudaScratch {
  /** What the memory is for; each use has its own. */
  enum Use {
    /** Sums over parts of a matrix's rows. */
    PARTIAL_SUMS,
    /** Gradients of tokens, before they are added up by word. */
    TOKENS,
    /** Tokens in the order of their words, and as much again to sort them. */
    WORDS,
    /** Of each query and head, what the second pass of attention's gradient needs: two floats. */
    ATTENTION_ROWS,
    /** Scores of queries and passages. */
    SCORES,
    /** One number a query. */
    LOSSES,
    /** A weight of 16 bits, where it isn't a parameter. */
    WEIGHT,
    /** The same for a bias. */
    BIAS
  }

  private final CudaDevice device;
  private final Map<Use, CudaArray> arrays = new EnumMap<>(Use.class);

  CudaScratch(CudaDevice device) {
    this.device = device;
  }

  /** An array, of use until the next is asked for the same use. */
  CudaArray array(Use use, CudaType type, long... shape) {
    long bytes = CudaArray.length(shape) * type.bytes();
    CudaArray array = arrays.get(use);
    if (array == null || array.length() < bytes) {
      if (array != null) {
        array.close();
      }
      array = device.allocate(CudaType.INT8, bytes + bytes / 4);
      arrays.put(use, array);
    }
    return array.as(type, shape);
  }

  CudaArray floats(Use use, long... shape) {
    return array(use, CudaType.FLOAT32, shape);
  }

  void close() {
    arrays.values().forEach(CudaArray::close);
  }
}

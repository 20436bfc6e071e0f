package org.javatron.kernels.cuda;

import java.util.EnumMap;
import java.util.Map;

/**
 * Memory on the GPU for what an op needs while it runs: as much as was reserved, and more where
 * more is asked for.
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
  private long reserved;

  CudaScratch(CudaDevice device) {
    this.device = device;
  }

  /** An array, of use until the next is asked for the same use. */
  CudaArray array(Use use, CudaType type, long... shape) {
    long bytes = CudaArray.length(shape) * type.bytes();
    CudaArray array = arrays.get(use);
    if (array == null || array.length() < bytes) {
      array = grow(use, array == null ? bytes : bytes + bytes / 4);
    }
    return array.as(type, shape);
  }

  private CudaArray grow(Use use, long bytes) {
    CudaArray old = arrays.remove(use);
    if (old != null) {
      old.close();
    }
    CudaArray array = device.allocate(CudaType.INT8, bytes);
    arrays.put(use, array);
    return array;
  }

  /** Makes room for the largest that will be asked for. */
  void reserve(Use use, long bytes) {
    grow(use, bytes);
    reserved += bytes;
  }

  /** Bytes of all that was reserved, each use once. */
  long reserved() {
    return reserved;
  }

  CudaArray floats(Use use, long... shape) {
    return array(use, CudaType.FLOAT32, shape);
  }

  void close() {
    arrays.values().forEach(CudaArray::close);
  }
}

package org.javatron.weights;

import java.util.Arrays;

/**
 * What a checkpoint says of one tensor.
 *
 * @param name the name as the file has it
 * @param dtype the element type
 * @param shape the dimensions, outermost first; empty for a scalar
 * @param offset the byte in the file where its first element stands; -1 if it is compressed
 * @param byteCount elements times the size of one
 */
public record TensorInfo(String name, Dtype dtype, long[] shape, long offset, long byteCount) {
  /**
   * The number of elements.
   *
   * @return the product of the dimensions; 1 for a scalar
   */
  public long elements() {
    return byteCount / dtype.bytes();
  }

  /**
   * The shape for people: {@code [30522, 768]}.
   *
   * @return the dimensions in brackets
   */
  public String shapeText() {
    return Arrays.toString(shape);
  }

  /**
   * Multiplies dimensions with an eye on overflow.
   *
   * @param shape the dimensions
   * @param elementBytes the size of one element
   * @return the bytes of such a tensor, or -1 where a dimension is negative or the product passes
   *     2^63
   */
  static long byteCount(long[] shape, int elementBytes) {
    boolean empty = false;
    for (long dimension : shape) {
      if (dimension < 0) {
        return -1;
      }
      empty |= dimension == 0;
    }
    if (empty) {
      return 0;
    }
    long product = elementBytes;
    for (long dimension : shape) {
      if (product > Long.MAX_VALUE / dimension) {
        return -1;
      }
      product *= dimension;
    }
    return product;
  }
}

package org.javatron.kernels;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The memory of a float32 array: an address for BLAS, and bulk copies to and from the rows on the
 * heap that vector loops work on. Such a copy of a cache-sized tile costs little beside the
 * arithmetic, and Java's vectors over arrays are the same from JDK 17 on, unlike those over memory.
 */
final class Floats {
  final FloatPointer pointer;
  private final FloatBuffer buffer;

  private Floats(FloatPointer pointer) {
    this.pointer = pointer;
    this.buffer = pointer.asBuffer();
  }

  /** The memory of an array, which must outlive this view. */
  static Floats of(INDArray array) {
    boolean plain =
        array.length() < 2 || (array.ordering() == 'c' && array.elementWiseStride() == 1);
    if (array.dataType() != DataType.FLOAT || !plain) {
      throw new IllegalArgumentException(
          "the kernels work on float32 arrays in C order without gaps, got "
              + array.shapeInfoToString());
    }
    return new Floats(new FloatPointer(array.data().addressPointer()).capacity(array.length()));
  }

  /** New memory, to be given back with {@link #free}. */
  static Floats allocate(long length) {
    return new Floats(new FloatPointer(length));
  }

  void free() {
    pointer.deallocate();
  }

  /** The address of value {@code index}. */
  FloatPointer at(long index) {
    return pointer.getPointer(index);
  }

  /** Copies values from {@code index} on into {@code to}. */
  void read(long index, float[] to, int offset, int length) {
    buffer.get(Math.toIntExact(index), to, offset, length);
  }

  /** Copies values of {@code from} to {@code index} on. */
  void write(long index, float[] from, int offset, int length) {
    buffer.put(Math.toIntExact(index), from, offset, length);
  }

  /** Sets values from {@code index} on to 0. */
  void zero(long index, long length) {
    Pointer.memset(at(index), 0, length * Float.BYTES);
  }

  /** A copy of the whole, for vectors as short as a bias. */
  float[] toArray() {
    float[] all = new float[buffer.limit()];
    buffer.get(0, all);
    return all;
  }
}

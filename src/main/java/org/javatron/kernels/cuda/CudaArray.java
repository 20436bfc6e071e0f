package org.javatron.kernels.cuda;

import java.io.Closeable;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;

/**
 * An array in a GPU's memory, in C order without gaps.
 *
 * <p>Copies take their turn among what else the device was asked to do: {@code put} returns once
 * the values have been read, {@code get} once they are there. Not thread-safe.
 */
public final class CudaArray implements Closeable {
  private final CudaDevice device;
  private final long address;
  private final CudaType type;
  private final long[] shape;
  private final long length;
  private boolean owner;

  /** What belongs to a parameter beside its values; null for other arrays. */
  CudaParameter parameter;

  CudaArray(CudaDevice device, long address, CudaType type, long[] shape, boolean owner) {
    this.device = device;
    this.address = address;
    this.type = type;
    this.shape = shape;
    this.length = length(shape);
    this.owner = owner;
  }

  static long length(long[] shape) {
    long product = 1;
    for (long dimension : shape) {
      if (dimension < 0) {
        throw new IllegalArgumentException("a shape of " + Arrays.toString(shape));
      }
      product = Math.multiplyExact(product, dimension);
    }
    return product;
  }

  /**
   * The device the array is on.
   *
   * @return its device
   */
  public CudaDevice device() {
    return device;
  }

  /**
   * Where the array begins, for kernels.
   *
   * @return an address in the GPU's memory; of no use in Java
   */
  public long address() {
    return address;
  }

  /**
   * What the array holds.
   *
   * @return its values' type
   */
  public CudaType type() {
    return type;
  }

  /**
   * The array's dimensions.
   *
   * @return a copy
   */
  public long[] shape() {
    return shape.clone();
  }

  /**
   * One of the array's dimensions.
   *
   * @param dimension which, from 0
   * @return its size
   */
  public long size(int dimension) {
    return shape[dimension];
  }

  /**
   * How many values there are.
   *
   * @return the product of the dimensions
   */
  public long length() {
    return length;
  }

  /**
   * A part of this array as an array of its own; nothing is copied, and closing it frees nothing.
   *
   * @param firstElement where it begins, counted in values
   * @param shape its dimensions
   * @return the view, of use as long as this array is open
   * @throws IllegalArgumentException if it would reach beyond this array
   */
  public CudaArray view(long firstElement, long... shape) {
    long wanted = length(shape);
    checkRange(firstElement, wanted);
    return new CudaArray(device, address + firstElement * type.bytes(), type, shape.clone(), false);
  }

  /** The same memory as values of another type. */
  CudaArray as(CudaType other, long... shape) {
    if (length(shape) * other.bytes() > length * type.bytes()) {
      throw new IllegalArgumentException(this + " is too small for " + Arrays.toString(shape));
    }
    return new CudaArray(device, address, other, shape.clone(), false);
  }

  private void checkRange(long from, long count) {
    if (from < 0 || count < 0 || from + count > length) {
      throw new IllegalArgumentException(
          "values %d to %d of an array of %d".formatted(from, from + count, length));
    }
  }

  private void checkType(boolean fits, String wanted) {
    if (!fits) {
      throw new IllegalArgumentException("an array of " + wanted + " is needed, got " + type);
    }
  }

  private boolean isFloat() {
    return type == CudaType.FLOAT32 || type.isHalf();
  }

  /**
   * Copies floats to the array's beginning, rounded to its type (to nearest, ties to even).
   *
   * @param values the source
   * @param from its first value
   * @param count how many
   */
  public void put(float[] values, int from, int count) {
    checkType(isFloat(), "floats");
    checkRange(0, count);
    device.staging().put(values, from, count, this);
  }

  /** Copies floats to the array's beginning, from a buffer's first to its limit. */
  void put(FloatBuffer values) {
    checkType(type == CudaType.FLOAT32, "32-bit floats");
    checkRange(0, values.limit());
    device.staging().put(values, this);
  }

  /**
   * Copies integers to the array's beginning.
   *
   * @param values the source
   * @param from its first value
   * @param count how many
   */
  public void put(int[] values, int from, int count) {
    checkType(type == CudaType.INT32, "32-bit integers");
    checkRange(0, count);
    device.staging().put(values, from, count, this);
  }

  /**
   * Copies integers to the array's beginning.
   *
   * @param values the source
   * @param from its first value
   * @param count how many
   */
  public void put(long[] values, int from, int count) {
    checkType(type == CudaType.INT64, "64-bit integers");
    checkRange(0, count);
    device.staging().put(values, from, count, this);
  }

  /**
   * Copies bytes to the array's beginning, as they are.
   *
   * @param host the source; read before this returns
   * @param bytes how many
   */
  public void put(Pointer host, long bytes) {
    checkBytes(bytes);
    device.staging().put(host, bytes, address);
  }

  /**
   * Copies values from the array's beginning to Java, as floats.
   *
   * @param values gets them
   * @param from where the first goes
   * @param count how many
   */
  public void get(float[] values, int from, int count) {
    checkType(isFloat(), "floats");
    checkRange(0, count);
    device.staging().get(this, values, from, count);
  }

  /**
   * Copies integers from the array's beginning to Java.
   *
   * @param values gets them
   * @param from where the first goes
   * @param count how many
   */
  public void getInts(int[] values, int from, int count) {
    checkType(type == CudaType.INT32, "32-bit integers");
    checkRange(0, count);
    device.staging().get(this, values, from, count);
  }

  /**
   * Copies integers from the array's beginning to Java.
   *
   * @param values gets them
   * @param from where the first goes
   * @param count how many
   */
  public void getLongs(long[] values, int from, int count) {
    checkType(type == CudaType.INT64, "64-bit integers");
    checkRange(0, count);
    device.staging().get(this, values, from, count);
  }

  /**
   * Copies bytes from the array's beginning to memory outside the Java heap, as they are.
   *
   * @param host gets them
   * @param bytes how many
   */
  public void get(Pointer host, long bytes) {
    checkBytes(bytes);
    device.staging().get(address, host, bytes);
  }

  private void checkBytes(long bytes) {
    if (bytes < 0 || bytes > length * type.bytes()) {
      throw new IllegalArgumentException(bytes + " bytes of an array of " + length * type.bytes());
    }
  }

  /**
   * Sets every byte.
   *
   * @param value 0 to make every value 0
   */
  public void fill(int value) {
    device.enter();
    if (length > 0) {
      CudaLibraries.check(
          cudart.cuMemsetD8Async(address, (byte) value, length * type.bytes(), device.stream()),
          "filling an array");
    }
  }

  /**
   * Copies another array's values, type and length being the same.
   *
   * @param other the source
   */
  public void assign(CudaArray other) {
    checkType(other.type == type && other.length == length, other.toString());
    device.enter();
    if (length > 0) {
      CudaLibraries.check(
          cudart.cuMemcpyDtoDAsync(address, other.address, length * type.bytes(), device.stream()),
          "copying an array");
    }
  }

  /** Frees the memory, unless the array is a view; waits until the device is done with it. */
  @Override
  public void close() {
    if (owner) {
      owner = false;
      device.free(address);
      if (parameter != null) {
        parameter.close();
      }
    }
  }

  @Override
  public String toString() {
    return type + " " + Arrays.toString(shape);
  }
}

package org.javatron.kernels;

import java.nio.FloatBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where the arrays of some {@link Kernels} live: this machine's memory, or a GPU's. Arrays are in C
 * order without gaps.
 *
 * @param <A> a handle to an array there
 */
public interface Memory<A> {
  /** What an array holds. */
  enum Kind {
    /** Activations and their gradients: the kernels choose, float32 or a shorter float. */
    ACTIVATION,
    /** float32: parameters, their gradients, texts' vectors, losses. */
    FLOAT,
    /** int32. */
    INT,
    /** int64. */
    LONG
  }

  /**
   * Makes an array; what it holds is not defined.
   *
   * @param kind what it is for
   * @param shape its dimensions
   * @return the array, to be given back with {@link #free}
   * @throws OutOfMemoryError if there is no room
   */
  A allocate(Kind kind, long... shape);

  /**
   * The first values of an array in another shape; nothing is copied.
   *
   * @param array at least as long
   * @param shape the dimensions
   * @return a view, not to be freed
   */
  A view(A array, long... shape);

  /**
   * A parameter to compute with.
   *
   * @param values float32, in this machine's memory
   * @return the same array, or its copy where the kernels compute elsewhere, to be freed like an
   *     allocated one; changed by {@link Kernels#adamW} and {@link #set} only
   */
  A parameter(INDArray values);

  /**
   * The dimensions of an array.
   *
   * @param array any
   * @return its shape
   */
  long[] shape(A array);

  /**
   * Writes ids or offsets.
   *
   * @param array int32
   * @param values at least {@code count}
   * @param count how many are written, from the first
   */
  void put(A array, int[] values, int count);

  /**
   * Writes dropout keys.
   *
   * @param array int64
   * @param values at least {@code count}
   * @param count how many are written, from the first
   */
  void put(A array, long[] values, int count);

  /**
   * Writes values.
   *
   * @param array float32
   * @param values where they come from
   * @param from the first one's index
   * @param count how many are written, from the array's first
   */
  void put(A array, float[] values, int from, int count);

  /**
   * Reads an array's first values, waiting until they are computed.
   *
   * @param array of kind FLOAT or ACTIVATION
   * @param values where they go
   * @param from the first one's index there
   * @param count how many
   */
  void get(A array, float[] values, int from, int count);

  /**
   * All values of an array, waiting until they are computed.
   *
   * @param array float32
   * @return its memory where Java can read it, or a copy; to be read before the array changes
   */
  FloatBuffer values(A array);

  /**
   * Changes a parameter or a state of the optimiser.
   *
   * @param array float32
   * @param values as many as it has
   */
  void set(A array, FloatBuffer values);

  /**
   * Sets all values to 0.
   *
   * @param array any
   */
  void zero(A array);

  /**
   * Copies an array onto another.
   *
   * @param from any
   * @param to of the same kind and shape
   */
  void copy(A from, A to);

  /**
   * What an array takes.
   *
   * @param kind what it is for
   * @param length how many values
   * @return bytes
   */
  long bytes(Kind kind, long length);

  /**
   * Makes sure that arrays of so many bytes can be made.
   *
   * @param bytes of all arrays that will be allocated
   * @throws OutOfMemoryError if they are more than is left; said at once rather than after minutes
   *     of filling the memory
   */
  void require(long bytes);

  /**
   * Gives an array's memory back.
   *
   * @param array made here
   */
  void free(A array);
}

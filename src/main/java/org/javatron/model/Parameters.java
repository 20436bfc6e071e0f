package org.javatron.model;

import java.io.Closeable;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.javatron.kernels.Memory;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A model's weights where the kernels compute: the loaded arrays themselves, or copies on a GPU.
 *
 * @param <A> what the kernels' arrays are
 */
final class Parameters<A> implements Closeable {
  private final Memory<A> memory;
  private final Map<String, A> arrays = new LinkedHashMap<>();

  /**
   * Takes the weights over.
   *
   * @param loaded float32 arrays by {@link BertGraph} variable name; closed by this object, at once
   *     or at its end
   */
  Parameters(Memory<A> memory, Map<String, INDArray> loaded) {
    this.memory = memory;
    loaded.forEach(
        (name, array) -> {
          A own = memory.parameter(array);
          arrays.put(name, own);
          if (own != array) {
            array.close();
          }
        });
  }

  Map<String, A> arrays() {
    return arrays;
  }

  A get(String name) {
    return arrays.get(name);
  }

  long[] shape(String name) {
    return memory.shape(arrays.get(name));
  }

  /** A weight's values, to be read before the next change. */
  FloatBuffer values(String name) {
    return memory.values(arrays.get(name));
  }

  /** Changes all weights. */
  void set(Map<String, INDArray> values) {
    values.forEach((name, array) -> memory.set(arrays.get(name), array.data().asNioFloat()));
  }

  /** How many values there are. */
  long length() {
    long values = 0;
    for (A array : arrays.values()) {
      long length = 1;
      for (long dimension : memory.shape(array)) {
        length *= dimension;
      }
      values += length;
    }
    return values;
  }

  /** What as many float32 values take. */
  long bytes() {
    return memory.bytes(Memory.Kind.FLOAT, length());
  }

  @Override
  public void close() {
    arrays.values().forEach(memory::free);
  }
}

package org.javatron.weights;

import java.io.Closeable;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/**
 * Tensors by name, wherever they are stored.
 *
 * <p>Opening reads names, types and shapes only; the numbers are read on demand from memory-mapped
 * files. Instances may be read by several threads at once.
 */
public interface TensorSource extends Closeable {
  /**
   * The file, or for a checkpoint in shards its index.
   *
   * @return the path that errors name
   */
  Path file();

  /**
   * The kind of file, for reports.
   *
   * @return for example {@code safetensors} or {@code PyTorch zip, 2 shards}
   */
  String format();

  /**
   * What there is.
   *
   * @return tensors by name, in the file's order; not modifiable
   */
  Map<String, TensorInfo> tensors();

  /**
   * Reads a run of a tensor's elements, in C order, as float32. F16 and BF16 are widened exactly.
   * Uses a fixed small amount of memory, whatever the tensor's size.
   *
   * @param name the tensor
   * @param first the first element to read, 0-based
   * @param destination filled from its position to its limit; its position ends at the limit
   * @throws IOException if there is no such tensor, its type is none of F32, F16 and BF16, or the
   *     run passes its end
   */
  void read(String name, long first, FloatBuffer destination) throws IOException;

  /**
   * Reads a whole tensor, in C order, as float32.
   *
   * @param name the tensor
   * @param destination with exactly as many elements remaining as the tensor has
   * @throws IOException if there is no such tensor, its type is none of F32, F16 and BF16, or the
   *     destination has another size
   */
  default void read(String name, FloatBuffer destination) throws IOException {
    TensorInfo info = tensor(name);
    if (destination.remaining() != info.elements()) {
      throw new WeightFormatException(
          file(),
          "tensor "
              + name
              + " has "
              + info.elements()
              + " elements, the place to read it into has "
              + destination.remaining());
    }
    read(name, 0, destination);
  }

  /**
   * Looks a tensor up.
   *
   * @param name the tensor
   * @return what the file says of it
   * @throws WeightFormatException if there is none of that name
   */
  default TensorInfo tensor(String name) throws WeightFormatException {
    TensorInfo info = tensors().get(name);
    if (info == null) {
      throw new WeightFormatException(file(), "there is no tensor " + name);
    }
    return info;
  }
}

package org.javatron.weights;

import java.nio.FloatBuffer;
import java.util.Locale;

/** The checks before a run of a tensor's elements is read. */
final class Readable {
  private Readable() {}

  static TensorInfo run(TensorSource source, String name, long first, FloatBuffer destination)
      throws WeightFormatException {
    TensorInfo info = source.tensor(name);
    if (!info.dtype().widensToFloat32()) {
      throw new WeightFormatException(
          source.file(),
          "tensor " + name + " is " + info.dtype() + "; expected F32, F16 or BF16 weights");
    }
    if (first < 0 || first > info.elements() - destination.remaining()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "elements %d to %d of tensor %s do not exist: it has %d",
              first,
              first + destination.remaining(),
              name,
              info.elements()));
    }
    return info;
  }
}

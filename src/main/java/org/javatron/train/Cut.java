package org.javatron.train;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A piece of a parameter, one task of several threads. Cuts depend on the parameters' sizes alone,
 * so that sums over them do not depend on the number of threads.
 *
 * @param name the parameter
 * @param from its first value in the piece
 * @param length values in the piece, at most {@link #MOST}
 */
record Cut(String name, int from, int length) {
  /** A few arrays of this many floats stay in a core's own cache. */
  static final int MOST = 1 << 15;

  /** All parameters, cut up in order. */
  static List<Cut> of(Map<String, INDArray> parameters) {
    List<Cut> cuts = new ArrayList<>();
    parameters.forEach(
        (name, array) -> {
          int length = Math.toIntExact(array.length());
          for (int from = 0; from < length; from += MOST) {
            cuts.add(new Cut(name, from, Math.min(MOST, length - from)));
          }
        });
    return cuts;
  }

  /** The memory of an array, which must outlive the buffer; absolute access is thread-safe. */
  static FloatBuffer memory(INDArray array) {
    return new FloatPointer(array.data().addressPointer()).capacity(array.length()).asBuffer();
  }

  void read(FloatBuffer from, float[] to) {
    from.get(this.from, to, 0, length);
  }

  void write(float[] from, FloatBuffer to) {
    to.put(this.from, from, 0, length);
  }
}

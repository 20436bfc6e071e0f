package org.javatron.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Objects;
import org.javatron.embeddings.Vectors;
import org.javatron.weights.PickledEmbeddings;

/** Tevatron's pickled embeddings as vectors to be converted or searched. */
final class PickledVectors implements Vectors {
  private final PickledEmbeddings pickle;

  private PickledVectors(PickledEmbeddings pickle) {
    this.pickle = pickle;
  }

  static PickledVectors open(Path file) throws IOException {
    return new PickledVectors(PickledEmbeddings.open(file));
  }

  @Override
  public long rows() {
    return pickle.ids().size();
  }

  @Override
  public int dim() {
    return pickle.dim();
  }

  @Override
  public String id(long ordinal) {
    return pickle.ids().get(Math.toIntExact(ordinal));
  }

  @Override
  public FloatBuffer tile(long from, int count, FloatBuffer scratch) {
    FloatBuffer target = scratch.duplicate().clear().limit(count * dim());
    copy(from, count, target);
    return target.flip();
  }

  @Override
  public void read(long from, int count, float[] target, int offset) {
    copy(from, count, FloatBuffer.wrap(target, offset, count * dim()));
  }

  private void copy(long from, int count, FloatBuffer target) {
    Objects.checkFromIndexSize(from, count, rows());
    try {
      pickle.read(from, target);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // the size was checked when the file was opened
    }
  }
}

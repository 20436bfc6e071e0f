package org.javatron.benchmarks;

import java.io.IOException;
import java.nio.FloatBuffer;
import org.javatron.embeddings.Vectors;

/** The first rows of other vectors. */
record FirstRows(Vectors all, long rows) implements Vectors {
  @Override
  public int dim() {
    return all.dim();
  }

  @Override
  public String id(long ordinal) throws IOException {
    return all.id(ordinal);
  }

  @Override
  public FloatBuffer tile(long from, int count, FloatBuffer scratch) {
    return all.tile(from, count, scratch);
  }

  @Override
  public void read(long from, int count, float[] target, int offset) {
    all.read(from, count, target, offset);
  }
}

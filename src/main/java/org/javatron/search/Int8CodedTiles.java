package org.javatron.search;

import java.nio.IntBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.javatron.embeddings.Int8Embeddings;

/** Many queries whose parts are bytes, multiplied with the passages' by oneDNN. */
final class Int8CodedTiles extends Int8Tiles {
  private final IntPointer[] sums;
  private final IntBuffer[] buffers;
  private final int[] row;
  private final float[] ofPart;
  private final byte[] numbers = new byte[Int8Embeddings.recordBytes(0)];
  private int firstQuery;

  Int8CodedTiles(Int8Form form, Int8Queries queries) {
    super(form, queries, form.costs(4000, 20)); // second looks are at floats
    long most = (long) Math.min(form.queryTile, queries.block.rows()) * form.passageTile;
    sums = new IntPointer[parts];
    buffers = new IntBuffer[parts];
    for (int part = 0; part < parts; part++) {
      sums[part] = new IntPointer(most);
      buffers[part] = sums[part].asBuffer();
    }
    row = new int[form.passageTile];
    ofPart = new float[form.passageTile];
  }

  @Override
  void take(int part) {
    int size = form.space.size(part);
    for (int i = 0; i < rows; i++) {
      records(part).get(i * form.record(part) + size, numbers, 0, numbers.length);
      take(part, i, 1, numbers, 0, 0);
    }
  }

  @Override
  void product(int q, int m) {
    firstQuery = q;
    for (int part = 0; part <= head; part++) {
      int size = form.space.size(part);
      BytePointer left = queries.codes[part].bytes.getPointer((long) q * size);
      BytePointer right = new BytePointer(records(part));
      form.products.multiply(m, rows, size, left, right, form.record(part), sums[part]);
    }
  }

  @Override
  public double scores(int q, float[] scores) {
    scale(0, q, queries.bases[q], scores);
    for (int part = 1; part <= head; part++) {
      scale(part, q, 0, ofPart);
      rowMath.add(scores, 0, ofPart, 0, rows);
    }
    return withTails(q, missed(q), scores);
  }

  private void scale(int part, int q, float base, float[] out) {
    buffers[part].get((q - firstQuery) * rows, row, 0, rows);
    rowMath.scale(row, scales[part], rows, queries.codes[part].scales[q], base, out);
  }

  @Override
  double missed(int q) {
    return queries.codes[head].residuals[q];
  }

  @Override
  public void close() {
    super.close();
    for (IntPointer each : sums) {
      each.close();
    }
  }
}

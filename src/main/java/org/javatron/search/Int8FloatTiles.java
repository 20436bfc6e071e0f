package org.javatron.search;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.javatron.embeddings.Int8Embeddings;
import org.javatron.kernels.Blas;

/** More queries as floats: the codes of a tile's heads are made floats once, for BLAS. */
final class Int8FloatTiles extends Int8Tiles {
  private final int size;
  private final byte[] codes;
  private final float[] values; // of one passage
  private final FloatPointer products; // [query, passageTile]
  private final FloatBuffer buffer;
  private final FloatPointer decoded; // [passageTile, size]
  private final FloatBuffer target;
  private int firstQuery;

  Int8FloatTiles(Int8Form form, Int8Queries queries) {
    super(form, queries, costs(form, Int8Form.areMany(queries.block.rows())));
    int most = Math.min(form.queryTile, queries.block.rows());
    size = form.space.size();
    codes = new byte[COPIED * Int8Embeddings.recordBytes(size)];
    values = new float[size];
    products = new FloatPointer((long) most * form.passageTile);
    buffer = products.asBuffer();
    decoded = new FloatPointer((long) form.passageTile * size);
    target = decoded.asBuffer();
  }

  /**
   * A value alone costs four times as much as in a product, a look at bytes more than at floats.
   */
  private static HeadChoice.Costs costs(Int8Form form, boolean many) {
    return form.costs(many ? 350 : 800, 4);
  }

  @Override
  void take(int part) {
    int record = form.record(part);
    int length = form.space.size(part);
    int offset = form.space.offset(part);
    for (int row = 0; row < rows; row += COPIED) {
      int some = copy(part, row, codes);
      for (int i = 0; i < some; i++) {
        rowMath.decode(codes, i * record, length, scales[part][row + i], values, 0);
        target.put((row + i) * size + offset, values, 0, length);
      }
    }
  }

  @Override
  void product(int q, int m) {
    firstQuery = q;
    int width = form.space.offset(head + 1);
    FloatPointer left = queries.floats(q);
    Blas.rowsTimesRows(m, rows, width, 1f, left, size, decoded, size, 0f, products, rows);
  }

  @Override
  public double scores(int q, float[] scores) {
    buffer.get((q - firstQuery) * rows, scores, 0, rows);
    float base = queries.bases[q];
    for (int i = 0; i < rows; i++) {
      scores[i] += base;
    }
    return withTails(q, 0, scores);
  }

  @Override
  double missed(int q) {
    return 0;
  }

  @Override
  public void close() {
    super.close();
    products.close();
    decoded.close();
  }
}

package org.javatron.search;

import java.util.Arrays;
import org.javatron.embeddings.Int8Embeddings;

/** Few queries as floats, multiplied with the bytes one by one, as fast as memory gives those. */
final class Int8FewTiles extends Int8Tiles {
  private final byte[] codes;
  private final float[][] sums; // [query, passageTile]
  private final float[][] ofPart; // likewise
  private int firstQuery;

  Int8FewTiles(Int8Form form, Int8Queries queries) {
    super(form, queries, form.costs(200, 1));
    int most = Math.min(form.queryTile, queries.block.rows());
    codes = new byte[COPIED * Int8Embeddings.recordBytes(form.space.size())];
    sums = new float[most][form.passageTile];
    ofPart = new float[most][form.passageTile];
  }

  @Override
  void take(int part) {} // numbers come with the codes

  @Override
  void product(int q, int m) {
    firstQuery = q;
    for (int i = 0; i < m; i++) {
      Arrays.fill(sums[i], 0, rows, queries.bases[q + i]);
    }
    for (int part = 0; part <= head; part++) {
      int record = form.record(part);
      int offset = form.space.offset(part);
      int length = form.space.size(part);
      for (int row = 0; row < rows; row += COPIED) {
        int some = copy(part, row, codes);
        for (int i = 0; i < m; i++) {
          float[] out = ofPart[i];
          rowMath.dotBytes(queries.values[q + i], offset, codes, record, some, length, out, row);
        }
      }
      for (int i = 0; i < m; i++) {
        addScaled(sums[i], scales[part], ofPart[i], rows);
      }
    }
  }

  private static void addScaled(float[] sums, float[] scales, float[] products, int rows) {
    for (int i = 0; i < rows; i++) {
      sums[i] += products[i] * scales[i];
    }
  }

  @Override
  public double scores(int q, float[] scores) {
    System.arraycopy(sums[q - firstQuery], 0, scores, 0, rows);
    return withTails(q, 0, scores);
  }

  @Override
  double missed(int q) {
    return 0;
  }
}

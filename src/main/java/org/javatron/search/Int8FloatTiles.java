package org.javatron.search;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.javatron.kernels.Blas;

/**
 * Queries as floats. Few are multiplied with the bytes one by one, as fast as memory gives the
 * heads. For many the codes of a tile's heads are made floats once, for BLAS.
 */
final class Int8FloatTiles extends Int8Tiles {
  /** Up to so many queries are few. */
  private static final int FEW_QUERIES = 8;

  /** Passages whose codes are copied to the heap at once, for the first-level cache. */
  private static final int COPIED = 32;

  private final boolean few;
  private final int size;
  private final byte[] codes;
  private final float[] values; // of one passage
  private final float[][] sums; // [query, passageTile], if there are few
  private final float[][] ofPart; // likewise
  private final FloatPointer products; // the same if there are many
  private final FloatBuffer buffer;
  private final FloatPointer decoded; // [passageTile, size]
  private int firstQuery;

  Int8FloatTiles(Int8Form form, Int8Queries queries) {
    super(form, queries, costs(form, queries.block.rows() <= FEW_QUERIES));
    int most = Math.min(form.queryTile, queries.block.rows());
    few = queries.block.rows() <= FEW_QUERIES;
    size = form.space.size();
    codes = new byte[COPIED * (size + form.record(0))];
    values = new float[size];
    ofPart = new float[few ? most : 0][form.passageTile];
    sums = new float[few ? most : 0][form.passageTile];
    products = few ? null : new FloatPointer((long) most * form.passageTile);
    buffer = few ? null : products.asBuffer();
    decoded = few ? null : new FloatPointer((long) form.passageTile * size);
  }

  /** Alone, a value costs as much as in a scan for few, and four times as much as in a product. */
  private static HeadChoice.Costs costs(Int8Form form, boolean few) {
    return few ? form.costs(200, 1) : form.costs(800, 4);
  }

  @Override
  public void open(int index, int from, int rows) {
    super.open(index, from, rows);
    if (few) {
      return;
    }
    FloatBuffer target = decoded.asBuffer();
    for (int part = 0; part <= head; part++) {
      int record = form.record(part);
      int length = form.space.size(part);
      for (int row = 0; row < rows; row += COPIED) {
        int some = copy(part, row);
        for (int i = 0; i < some; i++) {
          rowMath.decode(codes, i * record, length, scales[part][row + i], values, 0);
          target.put((row + i) * size + form.space.offset(part), values, 0, length);
        }
      }
    }
  }

  /** Copies some records to the heap and takes their numbers; returns how many. */
  private int copy(int part, int row) {
    int record = form.record(part);
    int some = Math.min(COPIED, rows - row);
    records(part).get(row * record, codes, 0, some * record);
    take(part, row, some, codes, form.space.size(part), record);
    return some;
  }

  @Override
  public void multiply(int q, int m) {
    firstQuery = q;
    if (few) {
      multiplyFew(q, m);
      return;
    }
    int width = form.space.offset(head + 1);
    FloatPointer left = queries.floats(q);
    Blas.rowsTimesRows(m, rows, width, 1f, left, size, decoded, size, 0f, products, rows);
  }

  private void multiplyFew(int q, int m) {
    for (int i = 0; i < m; i++) {
      Arrays.fill(sums[i], 0, rows, queries.bases[q + i]);
    }
    for (int part = 0; part <= head; part++) {
      int record = form.record(part);
      int offset = form.space.offset(part);
      int length = form.space.size(part);
      for (int row = 0; row < rows; row += COPIED) {
        int some = copy(part, row);
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
    if (few) {
      System.arraycopy(sums[q - firstQuery], 0, scores, 0, rows);
    } else {
      buffer.get((q - firstQuery) * rows, scores, 0, rows);
      float base = queries.bases[q];
      for (int i = 0; i < rows; i++) {
        scores[i] += base;
      }
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
    if (!few) {
      products.close();
      decoded.close();
    }
  }
}

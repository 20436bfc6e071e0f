package org.javatron.search;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.javatron.kernels.Blas;

/**
 * Queries as floats. Few are multiplied with the bytes one by one, as fast as memory gives the
 * heads. For many the codes of a tile are made floats once, for BLAS: heads, and tails too while
 * heads decide little.
 */
final class Int8FloatTiles extends Int8Tiles {
  /** Up to so many queries are few. */
  private static final int FEW_QUERIES = 8;

  /** Passages whose codes are copied to the heap at once, for the first-level cache. */
  private static final int COPIED = 16;

  /** A second look at a tail costs as much as some twenty products in a matrix. */
  private static final double MOST_LEFT = 0.08;

  private final HeadShare share = new HeadShare(MOST_LEFT);
  private final boolean few;
  private final int size;
  private final byte[] codes;
  private final FloatPointer sums;
  private final FloatBuffer buffer;
  private final FloatPointer decoded; // [passageTile, size], if there are many queries
  private boolean byHeads;
  private float tailResidual;
  private int firstQuery;

  Int8FloatTiles(Int8Form form, Int8Queries queries) {
    super(form, queries);
    int most = Math.min(form.queryTile, queries.block.rows());
    few = queries.block.rows() <= FEW_QUERIES;
    size = headSize + tailSize;
    codes = new byte[COPIED * headRecord];
    sums = new FloatPointer((long) most * form.passageTile);
    buffer = sums.asBuffer();
    decoded = few ? null : new FloatPointer((long) form.passageTile * size);
  }

  @Override
  public void open(int index, int from, int rows) {
    super.open(index, from, rows);
    byHeads = few || tailSize == 0 || share.decidesTile(index);
    tailResidual = 0;
    if (few) {
      return;
    }
    FloatBuffer target = decoded.asBuffer();
    byte[] row = new byte[Math.max(headSize, tailSize)];
    float[] values = new float[size];
    ByteBuffer tails = byHeads ? null : tailRecords();
    for (int i = 0; i < rows; i++) {
      heads.get(i * headRecord, row, 0, headSize);
      rowMath.decode(row, headSize, scales[i], values, 0);
      if (!byHeads) {
        int numbers = i * tailRecord + tailSize;
        tails.get(i * tailRecord, row, 0, tailSize);
        rowMath.decode(row, tailSize, tails.getFloat(numbers), values, headSize);
        tailResidual = Math.max(tailResidual, tails.getFloat(numbers + 4));
      }
      target.put(i * size, values, 0, byHeads ? headSize : size);
    }
  }

  @Override
  public void multiply(int q, int m) {
    firstQuery = q;
    if (few) {
      multiplyFew(q, m);
      return;
    }
    int width = byHeads ? headSize : size;
    FloatPointer left = queries.floats(q);
    Blas.rowsTimesRows(m, rows, width, 1f, left, size, decoded, size, 0f, sums, rows);
  }

  private void multiplyFew(int q, int m) {
    for (int from = 0; from < rows; from += COPIED) {
      int some = Math.min(COPIED, rows - from);
      heads.get(from * headRecord, codes, 0, some * headRecord);
      for (int i = 0; i < m; i++) {
        float[] query = queries.values[q + i];
        for (int j = 0; j < some; j++) {
          float product = rowMath.dotBytes(query, 0, codes, j * headRecord, headSize);
          buffer.put(i * rows + from + j, product * scales[from + j]);
        }
      }
    }
  }

  @Override
  public double scores(int q, float[] scores) {
    buffer.get((q - firstQuery) * rows, scores, 0, rows);
    float base = queries.bases[q];
    for (int i = 0; i < rows; i++) {
      scores[i] += base;
    }
    if (!byHeads) {
      return whole(q, 0, 0, tailResidual);
    }
    share.compared(rows);
    return withTails(q, 0, scores);
  }

  @Override
  boolean bounded() {
    return true;
  }

  @Override
  double headsResidual(int q) {
    return 0;
  }

  @Override
  public double refine(int q, int[] positions, int count, float[] scores, double bound) {
    if (!byHeads || tailSize == 0) {
      return -1; // they are products of both already
    }
    share.left(count);
    return super.refine(q, positions, count, scores, bound);
  }

  @Override
  public void close() {
    super.close();
    sums.close();
    if (decoded != null) {
      decoded.close();
    }
  }
}

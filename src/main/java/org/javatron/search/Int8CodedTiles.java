package org.javatron.search;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;

/**
 * Many queries: bytes are multiplied by oneDNN, those of heads, and of tails too while heads decide
 * little.
 */
final class Int8CodedTiles extends Int8Tiles {
  /** A second look costs as much as a dozen products in a matrix. */
  private static final double MOST_LEFT = 0.08;

  private final HeadShare share = new HeadShare(MOST_LEFT);
  private final IntPointer headSums;
  private final IntPointer tailSums;
  private final IntBuffer headBuffer;
  private final IntBuffer tailBuffer;
  private final int[] row;
  private final float[] tailScales;
  private final float[] tailScores;
  private float tailResidual;
  private boolean byHeads;
  private int firstQuery;

  Int8CodedTiles(Int8Form form, Int8Queries queries) {
    super(form, queries);
    long most = (long) Math.min(form.queryTile, queries.block.rows()) * form.passageTile;
    headSums = new IntPointer(most);
    tailSums = new IntPointer(most);
    headBuffer = headSums.asBuffer();
    tailBuffer = tailSums.asBuffer();
    row = new int[form.passageTile];
    tailScales = new float[form.passageTile];
    tailScores = new float[form.passageTile];
  }

  @Override
  public void open(int index, int from, int rows) {
    super.open(index, from, rows);
    byHeads = tailSize == 0 || share.decidesTile(index);
    if (!byHeads) {
      openTails();
    }
  }

  private void openTails() {
    ByteBuffer records = tailRecords();
    tailResidual = 0;
    for (int i = 0; i < rows; i++) {
      int numbers = i * tailRecord + tailSize;
      tailScales[i] = records.getFloat(numbers);
      tailResidual = Math.max(tailResidual, records.getFloat(numbers + 4));
    }
  }

  @Override
  public void multiply(int q, int m) {
    firstQuery = q;
    multiply(q, m, queries.heads, headSize, heads, headRecord, headSums);
    if (!byHeads) {
      multiply(q, m, queries.tailCodes, tailSize, tailRecords(), tailRecord, tailSums);
    }
  }

  private void multiply(
      int q,
      int m,
      Int8Queries.Codes codes,
      int size,
      ByteBuffer records,
      int record,
      IntPointer sums) {
    BytePointer left = codes.bytes.getPointer((long) q * size);
    form.products.multiply(m, rows, size, left, new BytePointer(records), record, sums);
  }

  @Override
  public double scores(int q, float[] scores) {
    scale(headBuffer, q, scales, queries.heads.scales[q], queries.bases[q], scores);
    double residual = queries.heads.residuals[q];
    if (byHeads) {
      share.compared(rows);
      return withTails(q, residual, scores);
    }
    scale(tailBuffer, q, tailScales, queries.tailCodes.scales[q], 0, tailScores);
    rowMath.add(scores, 0, tailScores, 0, rows);
    return whole(q, residual, queries.tailCodes.residuals[q], tailResidual);
  }

  private void scale(
      IntBuffer buffer, int q, float[] scales, float factor, float base, float[] out) {
    buffer.get((q - firstQuery) * rows, row, 0, rows);
    rowMath.scale(row, scales, rows, factor, base, out);
  }

  @Override
  boolean bounded() {
    return byHeads;
  }

  @Override
  double headsResidual(int q) {
    return queries.heads.residuals[q];
  }

  @Override
  public double refine(int q, int[] positions, int count, float[] scores, double bound) {
    if (byHeads) {
      share.left(count);
    }
    return super.refine(q, positions, count, scores, bound);
  }

  @Override
  public void close() {
    super.close();
    headSums.close();
    tailSums.close();
  }
}

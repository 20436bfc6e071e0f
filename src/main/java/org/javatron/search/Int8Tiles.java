package org.javatron.search;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.javatron.kernels.RowMath;

/**
 * One thread's tile of codes: heads for all passages, tails for those that the heads cannot
 * exclude.
 */
abstract class Int8Tiles implements ScanForm.Tiles {
  final Int8Form form;
  final Int8Queries queries;
  final RowMath rowMath = RowMath.fastest();
  final int headSize;
  final int headRecord;
  final float[] scales;
  ByteBuffer heads;
  int rows;
  final int tailSize;
  final int tailRecord;
  private final float[] tails;
  private final byte[] codes;
  private final BytePointer headScratch;
  private final BytePointer tailScratch;
  private ByteBuffer tailRecords; // null until one is needed
  private int first;
  private float residual;
  private float length;
  private float tail;

  Int8Tiles(Int8Form form, Int8Queries queries) {
    this.form = form;
    this.queries = queries;
    headSize = form.space.headSize();
    tailSize = form.space.tailSize();
    headRecord = form.headRecord();
    tailRecord = form.tailRecord();
    scales = new float[form.passageTile];
    tails = new float[form.passageTile];
    codes = new byte[Math.max(headSize, tailSize)];
    headScratch = new BytePointer((long) form.passageTile * headRecord);
    tailScratch = new BytePointer((long) form.passageTile * tailRecord);
  }

  @Override
  public void open(int index, int from, int rows) {
    this.rows = rows;
    first = from;
    heads = form.int8.heads(from, rows, headScratch.asByteBuffer()).order(ByteOrder.LITTLE_ENDIAN);
    tailRecords = null;
    residual = 0;
    length = 0;
    tail = 0;
    for (int i = 0; i < rows; i++) {
      int numbers = i * headRecord + headSize;
      scales[i] = heads.getFloat(numbers);
      residual = Math.max(residual, heads.getFloat(numbers + 4));
      length = Math.max(length, heads.getFloat(numbers + 8));
      tails[i] = heads.getFloat(numbers + 12);
      tail = Math.max(tail, tails[i]);
    }
  }

  /**
   * Adds to scores of heads what the tails may add at most; returns their margin.
   *
   * @param querysResidual what the codes of the query's head miss
   */
  final double withTails(int q, double querysResidual, float[] scores) {
    if (tailSize > 0) {
      rowMath.addScaled(scores, 0, tails, 0, rows, queries.tails[q]);
    }
    double query = queries.block.length(q);
    double whole = query * (form.meanLength + length + residual + tail);
    return Int8Margin.of(headSize, query * residual + querysResidual * length, whole);
  }

  /** The margin of scores of heads and tails, both by codes of this query. */
  final double whole(int q, double headsResidual, double tailsResidual, float passagesTail) {
    double query = queries.block.length(q);
    double missed =
        query * residual
            + headsResidual * length
            + queries.tails[q] * passagesTail
            + tailsResidual * (tail + passagesTail);
    double whole = query * (form.meanLength + length + residual + tail + passagesTail);
    return Int8Margin.of(headSize + tailSize, missed, whole);
  }

  /** The tails' records of the tile, read when first asked for. */
  final ByteBuffer tailRecords() {
    if (tailRecords == null) {
      tailRecords =
          form.int8.tails(first, rows, tailScratch.asByteBuffer()).order(ByteOrder.LITTLE_ENDIAN);
    }
    return tailRecords;
  }

  /** Whether scores are products of heads and the bounds of tails, not products of both. */
  abstract boolean bounded();

  /** What the codes of a query's head miss in scores; 0 if it was multiplied as floats. */
  abstract double headsResidual(int q);

  /**
   * The product with the tail takes the place of its bound; where that does not exclude a passage,
   * the product of floats with the head takes the place of that of codes.
   */
  @Override
  public double refine(int q, int[] positions, int count, float[] scores, double bound) {
    ByteBuffer records = tailRecords();
    float[] query = queries.values[q];
    double headsResidual = headsResidual(q);
    float tailResidual = 0;
    for (int i = 0; i < count; i++) {
      int j = positions[i];
      int numbers = j * tailRecord + tailSize;
      records.get(j * tailRecord, codes, 0, tailSize);
      float product = rowMath.dotBytes(query, headSize, codes, 0, tailSize);
      float ofTail = product * records.getFloat(numbers);
      float missed = records.getFloat(numbers + 4);
      if (bounded()) {
        scores[j] += ofTail - queries.tails[q] * tails[j];
        if (scores[j] < bound - whole(q, headsResidual, 0, missed)) {
          scores[j] = Float.NEGATIVE_INFINITY;
          continue;
        }
      }
      if (!bounded() || headsResidual > 0) {
        heads.get(j * headRecord, codes, 0, headSize);
        product = rowMath.dotBytes(query, 0, codes, 0, headSize);
        scores[j] = product * scales[j] + queries.bases[q] + ofTail;
      }
      tailResidual = Math.max(tailResidual, missed);
    }
    return whole(q, 0, 0, tailResidual);
  }

  @Override
  public void close() {
    headScratch.close();
    tailScratch.close();
  }
}

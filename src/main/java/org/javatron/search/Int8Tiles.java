package org.javatron.search;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.javatron.embeddings.Int8Embeddings;
import org.javatron.kernels.RowMath;

/**
 * One thread's tile of codes: heads for all passages, the parts behind them for those that the
 * heads cannot exclude.
 */
abstract class Int8Tiles implements ScanForm.Tiles {
  private static final VarHandle FLOATS =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  /** Where a record's numbers are, from the first, the scale, on. */
  private static final int RESIDUAL = 4;

  private static final int LENGTH = 8;
  private static final int TAIL = 12;

  /** Passages that are looked at again at once. */
  private static final int LOOKED = 32;

  final Int8Form form;
  final Int8Queries queries;
  final RowMath rowMath = RowMath.fastest();
  final int parts;

  /** The part that completes the head by which this tile is compared. */
  int head;

  /** Of the parts of the head, for each row. */
  final float[][] scales;

  int rows;
  private final HeadChoice choice;
  private final double[] rounding; // of each head's products
  private final float[] tails;
  private final byte[] codes; // of some passages that are looked at again
  private final float[] products; // and theirs
  private final int[] left; // rows
  private double margin;
  private final BytePointer[] scratch;
  private final ByteBuffer[] rooms; // the same
  private final ByteBuffer[] records; // null until they are needed
  private int first;
  private float residual;
  private float length;
  private float tail;

  Int8Tiles(Int8Form form, Int8Queries queries, HeadChoice.Costs costs) {
    this.form = form;
    this.queries = queries;
    choice = new HeadChoice(costs, Math.max(0, form.space.parts() - 2));
    parts = form.space.parts();
    scales = new float[parts][form.passageTile];
    tails = new float[form.passageTile];
    scratch = new BytePointer[parts];
    rooms = new ByteBuffer[parts];
    records = new ByteBuffer[parts];
    rounding = new double[parts];
    int longest = 0;
    for (int part = 0; part < parts; part++) {
      scratch[part] = new BytePointer((long) form.passageTile * form.record(part));
      rooms[part] = scratch[part].asByteBuffer();
      rounding[part] =
          Int8Margin.rounding(form.space.offset(part + 1) + 4 * parts, form.space.error());
      longest = Math.max(longest, form.space.size(part));
    }
    codes = new byte[LOOKED * Int8Embeddings.recordBytes(longest)];
    products = new float[LOOKED];
    left = new int[form.passageTile];
  }

  @Override
  public void open(int index, int from, int rows) {
    this.rows = rows;
    first = from;
    Arrays.fill(records, null);
    head = choice.next();
    residual = 0;
    length = 0;
    tail = 0;
  }

  /**
   * Takes some records' numbers, which every part of the head needs before {@link #scores}.
   *
   * @param row the first of them
   * @param numbers has them
   * @param at index of the first byte
   * @param step from one record to the next
   */
  final void take(int part, int row, int count, byte[] numbers, int at, int step) {
    float[] scales = this.scales[part];
    for (int i = 0; i < count; i++) {
      scales[row + i] = number(numbers, at + i * step);
    }
    if (part < head) {
      return;
    }
    float residual = this.residual;
    float length = this.length;
    float tail = this.tail;
    for (int i = 0; i < count; i++) {
      float itsResidual = number(numbers, at + i * step + RESIDUAL);
      float itsLength = number(numbers, at + i * step + LENGTH);
      float itsTail = number(numbers, at + i * step + TAIL);
      tails[row + i] = itsTail;
      residual = itsResidual > residual ? itsResidual : residual; // none is NaN
      length = itsLength > length ? itsLength : length;
      tail = itsTail > tail ? itsTail : tail;
    }
    this.residual = residual;
    this.length = length;
    this.tail = tail;
  }

  private static float number(byte[] numbers, int at) {
    return (float) FLOATS.get(numbers, at);
  }

  /** A part's records of the tile, read when first asked for. */
  final ByteBuffer records(int part) {
    if (records[part] == null) {
      records[part] =
          form.int8.records(part, first, rows, rooms[part]).order(ByteOrder.LITTLE_ENDIAN);
    }
    return records[part];
  }

  /**
   * Adds to scores of heads what the tails may add at most; returns their margin.
   *
   * @param missed what the codes of the query's head miss; 0 if it was multiplied as floats
   */
  final double withTails(int q, double missed, float[] scores) {
    choice.compared(rows);
    if (head < parts - 1) {
      rowMath.addScaled(scores, 0, tails, 0, rows, queries.tails[head][q]);
    }
    return margin(q, head, residual, length, tail, missed);
  }

  private double margin(int q, int head, float residual, float length, float tail, double missed) {
    double query = queries.block.length(q);
    double coded = queries.heads[head][q] * (double) residual + missed * length;
    double whole = query * (form.meanLength + length + residual + tail);
    return Int8Margin.of(rounding[head], coded, whole);
  }

  /** What the codes of a query's head miss; 0 if it was multiplied as floats. */
  abstract double missed(int q);

  /**
   * Part after part, the product takes the place of the bound, until a passage is excluded or
   * compared whole; then, if the query's head was coded, its product as floats takes that one's
   * place.
   */
  @Override
  public double refine(int q, int[] positions, int count, float[] scores, double bound) {
    double missed = missed(q);
    if (head == parts - 1 && missed == 0) {
      return -1; // they are whole products as floats already
    }
    System.arraycopy(positions, 0, left, 0, count);
    int rest = count;
    if (head < parts - 1) {
      for (int i = 0; i < count; i++) {
        scores[left[i]] -= queries.tails[head][q] * tails[left[i]];
      }
    }
    for (int part = head + 1; part < parts; part++) {
      choice.left(part - 1, rest);
      rest = look(q, part, rest, scores, bound, missed);
    }
    if (missed > 0) {
      for (int i = 0; i < rest; i++) {
        scores[left[i]] = queries.bases[q];
      }
      for (int part = 0; part < parts; part++) {
        look(q, part, rest, scores, Double.NEGATIVE_INFINITY, 0);
      }
    }
    return margin;
  }

  /**
   * Adds a part's product with a query as floats to the scores of the passages that are {@link
   * #left}, of which those stay that may reach the bound; sets the greatest {@link #margin} of
   * them.
   *
   * @return how many stay
   */
  private int look(int q, int part, int count, float[] scores, double bound, double missed) {
    int size = form.space.size(part);
    int offset = form.space.offset(part);
    int record = form.record(part);
    ByteBuffer all = records(part);
    float ofQuery = queries.tails[part][q];
    int stay = 0;
    margin = 0;
    for (int from = 0; from < count; from += LOOKED) {
      int some = Math.min(LOOKED, count - from);
      for (int i = 0; i < some; i++) {
        all.get(left[from + i] * record, codes, i * record, record);
      }
      rowMath.dotBytes(queries.values[q], offset, codes, record, some, size, products, 0);
      for (int i = 0; i < some; i++) {
        int row = left[from + i];
        int at = i * record + size;
        scores[row] += products[i] * number(codes, at);
        float tail = number(codes, at + TAIL);
        double theirs =
            margin(q, part, number(codes, at + RESIDUAL), number(codes, at + LENGTH), tail, missed);
        if (scores[row] + (double) ofQuery * tail < bound - theirs) {
          scores[row] = Float.NEGATIVE_INFINITY;
        } else {
          left[stay++] = row;
          margin = Math.max(margin, theirs);
        }
      }
    }
    return stay;
  }

  @Override
  public void close() {
    for (BytePointer each : scratch) {
      each.close();
    }
  }
}

package org.javatron.search;

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
  /** Passages whose codes are copied to the heap at once, for the first-level cache. */
  static final int COPIED = 32;

  /** Passages that are looked at again at once, as bytes. */
  private static final int LOOKED = 32;

  final Int8Form form;
  final Int8Queries queries;
  final RowMath rowMath = RowMath.fastest();
  final int parts;

  /** The part that completes the head by which the queries at hand are compared. */
  int head;

  /** Of the parts of the head, for each row. */
  final float[][] scales;

  int rows;
  private final HeadChoice[] choices; // for each tile of queries
  private HeadChoice choice; // for those at hand
  private final double[] rounding; // of each head's products
  private final Int8Bounds[] bounds; // of each head
  private final Int8Part[] floats; // the parts, for the second looks of many queries, or none
  private final byte[] codes; // of some passages that are looked at again
  private final float[] products; // and theirs
  private final int[] left; // rows
  private double margin;
  private final BytePointer[] scratch;
  private final ByteBuffer[] rooms; // the same
  private final ByteBuffer[] records; // null until they are needed
  private int first;
  private int taken; // parts

  Int8Tiles(Int8Form form, Int8Queries queries, HeadChoice.Costs costs) {
    this.form = form;
    this.queries = queries;
    parts = form.space.parts();
    choices = new HeadChoice[(queries.block.rows() + form.queryTile - 1) / form.queryTile];
    for (int i = 0; i < choices.length; i++) {
      choices[i] = new HeadChoice(costs, Math.max(0, parts - 2));
    }
    scales = new float[parts][form.passageTile];
    bounds = new Int8Bounds[parts];
    floats = new Int8Part[Int8Form.areMany(queries.block.rows()) ? parts : 0];
    Arrays.setAll(floats, part -> new Int8Part(form.space.size(part), form.passageTile));
    scratch = new BytePointer[parts];
    rooms = new ByteBuffer[parts];
    records = new ByteBuffer[parts];
    rounding = new double[parts];
    int longest = 0;
    for (int part = 0; part < parts; part++) {
      bounds[part] = new Int8Bounds(form.passageTile);
      scratch[part] = new BytePointer((long) form.passageTile * form.record(part));
      rooms[part] = scratch[part].asByteBuffer();
      rounding[part] =
          Int8Margin.rounding(form.space.offset(part + 1) + 4 * parts, form.space.error());
      longest = Math.max(longest, form.space.size(part));
    }
    codes = new byte[LOOKED * Int8Embeddings.recordBytes(longest)];
    products = new float[form.passageTile];
    left = new int[form.passageTile];
  }

  @Override
  public void open(int index, int from, int rows) {
    this.rows = rows;
    first = from;
    Arrays.fill(records, null);
    taken = 0;
    for (Int8Part each : floats) {
      each.forget();
    }
  }

  @Override
  public final void multiply(int q, int m) {
    choice = choices[q / form.queryTile];
    head = choice.next();
    for (; taken <= head; taken++) {
      bounds[taken].clear();
      take(taken);
    }
    product(q, m);
  }

  /** Takes a part of the tile, for products: its codes, and by {@link #take} its numbers. */
  abstract void take(int part);

  /** Multiplies the heads with those of {@code m} queries. */
  abstract void product(int q, int m);

  /**
   * Takes some records' numbers.
   *
   * @param row the first of them
   * @param numbers has them
   * @param at index of the first byte
   * @param step from one record to the next
   */
  final void take(int part, int row, int count, byte[] numbers, int at, int step) {
    float[] scales = this.scales[part];
    for (int i = 0; i < count; i++) {
      scales[row + i] = Int8Bounds.scale(numbers, at + i * step);
    }
    bounds[part].take(row, count, numbers, at, step);
  }

  /** Copies up to {@link #COPIED} records and takes their numbers; returns how many. */
  final int copy(int part, int row, byte[] into) {
    int record = form.record(part);
    int some = Math.min(COPIED, rows - row);
    records(part).get(row * record, into, 0, some * record);
    take(part, row, some, into, form.space.size(part), record);
    return some;
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
      rowMath.addScaled(scores, 0, bounds[head].tails, 0, rows, queries.tails[head][q]);
    }
    return margin(q, head, bounds[head], missed);
  }

  private double margin(int q, int head, Int8Bounds all, double missed) {
    return margin(q, head, all.residual, all.length, all.tail, missed);
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
      float[] tails = bounds[head].tails;
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
    return floats.length == 0
        ? lookAtBytes(q, part, count, scores, bound, missed)
        : lookAtFloats(q, part, count, scores, bound, missed);
  }

  private int lookAtFloats(
      int q, int part, int count, float[] scores, double bound, double missed) {
    Int8Part all = floats[part];
    if (count > 0 && !all.isOpen()) {
      all.open(records(part), rows);
    }
    int size = form.space.size(part);
    float[] ofQueries = queries.values[q];
    rowMath.dotRows(ofQueries, form.space.offset(part), all.values, left, count, size, products);
    margin = margin(q, part, all.bounds, missed);
    double least = bound - margin;
    float ofQuery = queries.tails[part][q];
    int stay = 0;
    for (int i = 0; i < count; i++) {
      int row = left[i];
      scores[row] += products[i];
      if (scores[row] + (double) ofQuery * all.bounds.tails[row] < least) {
        scores[row] = Float.NEGATIVE_INFINITY;
      } else {
        left[stay++] = row;
      }
    }
    return stay;
  }

  private int lookAtBytes(int q, int part, int count, float[] scores, double bound, double missed) {
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
        scores[row] += products[i] * Int8Bounds.scale(codes, at);
        float residual = Int8Bounds.residual(codes, at);
        float length = Int8Bounds.length(codes, at);
        float tail = Int8Bounds.tail(codes, at);
        double theirs = margin(q, part, residual, length, tail, missed);
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

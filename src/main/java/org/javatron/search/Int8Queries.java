package org.javatron.search;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.javatron.embeddings.Int8Code;

/** A block of queries in the coordinates of the codes: as floats, and their heads as bytes. */
final class Int8Queries implements ScanForm.Queries {
  final QueryBlock block;
  private final Int8Form form;

  /** Head and tail of each query, one behind the other. */
  final float[][] values;

  private final FloatPointer floats; // the same in one piece

  /** Inner products with the mean. */
  final float[] bases;

  /** Lengths of the tails, rounded upwards. */
  final float[] tails;

  /** Heads and tails as bytes; null if queries are multiplied as floats, or have no tails. */
  final Codes heads;

  final Codes tailCodes;

  /** One part of each query as bytes, {@code [rows, size]}, its scale, and what the codes miss. */
  final class Codes {
    final BytePointer bytes;
    final float[] scales = new float[block.rows()];
    final double[] residuals = new double[block.rows()];
    private final int size;
    private final byte[] row;
    private final Int8Code code = new Int8Code();

    Codes(int size) {
      this.size = size;
      row = new byte[size];
      bytes = new BytePointer((long) block.rows() * size);
    }

    void set(int q, double[] from, int offset) {
      int limit = form.products.limit();
      code.set(from, offset, size, limit, limit + 1, row, 0);
      bytes.getPointer((long) q * size).put(row, 0, size);
      scales[q] = code.scale();
      residuals[q] = code.residual();
    }
  }

  Int8Queries(Int8Form form, QueryBlock block, boolean coded) {
    this.form = form;
    this.block = block;
    int rows = block.rows();
    values = new float[rows][form.space.headSize() + form.space.tailSize()];
    floats = new FloatPointer((long) rows * (form.space.headSize() + form.space.tailSize()));
    bases = new float[rows];
    tails = new float[rows];
    heads = coded ? new Codes(form.space.headSize()) : null;
    tailCodes = coded && form.space.tailSize() > 0 ? new Codes(form.space.tailSize()) : null;
  }

  @Override
  public void load(int q, int count, float[] from) {
    int dim = form.mean.length;
    double[] vectors = new double[count * dim];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = from[i];
    }
    int headSize = form.space.headSize();
    int tailSize = form.space.tailSize();
    double[] heads = new double[count * headSize];
    double[] tails = new double[count * tailSize];
    form.space.apply(count, vectors, heads, tails);
    for (int i = 0; i < count; i++) {
      bases[q + i] = base(vectors, i * dim);
      keep(heads, i * headSize, headSize, values[q + i], 0);
      double square = keep(tails, i * tailSize, tailSize, values[q + i], headSize);
      floats(q + i).put(values[q + i]);
      this.tails[q + i] = square == 0 ? 0 : Math.nextUp((float) Math.sqrt(square * (1 + 0x1p-30)));
      if (this.heads != null) {
        this.heads.set(q + i, heads, i * headSize);
      }
      if (tailCodes != null) {
        tailCodes.set(q + i, tails, i * tailSize);
      }
    }
  }

  /** {@link #values} of a query and of those behind it. */
  FloatPointer floats(int q) {
    return floats.getPointer((long) q * (form.space.headSize() + form.space.tailSize()));
  }

  private float base(double[] vectors, int offset) {
    double sum = 0;
    for (int i = 0; i < form.mean.length; i++) {
      sum += vectors[offset + i] * form.mean[i];
    }
    return (float) sum;
  }

  /** Rounds values to floats; returns the sum of their squares. */
  private static double keep(double[] from, int offset, int count, float[] to, int at) {
    double square = 0;
    for (int i = 0; i < count; i++) {
      square += from[offset + i] * from[offset + i];
      to[at + i] = (float) from[offset + i];
    }
    return square;
  }

  @Override
  public ScanForm.Tiles tiles(FloatPointer tile) {
    return heads == null ? new Int8FloatTiles(form, this) : new Int8CodedTiles(form, this);
  }

  @Override
  public void close() {
    floats.close();
    if (heads != null) {
      heads.bytes.close();
    }
    if (tailCodes != null) {
      tailCodes.bytes.close();
    }
  }
}

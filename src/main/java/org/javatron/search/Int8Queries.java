package org.javatron.search;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.javatron.embeddings.Int8Code;

/** A block of queries in the coordinates of the codes: as floats, and as bytes where that helps. */
final class Int8Queries implements ScanForm.Queries {
  final QueryBlock block;
  private final Int8Form form;

  /** The parts of each query, one behind the other. */
  final float[][] values;

  private final FloatPointer floats; // the same in one piece

  /** Inner products with the mean. */
  final float[] bases;

  /** Lengths of the head that each part completes, {@code [part][query]}, rounded upwards. */
  final float[][] heads;

  /** Lengths of the tails behind those heads, likewise. */
  final float[][] tails;

  /** The parts as bytes; null if queries are multiplied as floats. */
  final Codes[] codes;

  /**
   * One part of each query as bytes, {@code [rows, size]}, its scale, and what the codes miss of
   * the head that it completes.
   */
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

    /** Codes a part; returns the square of what the codes miss. */
    double set(int q, double[] from, int offset) {
      int limit = form.products.limit();
      code.set(from, offset, size, limit, limit + 1, row, 0);
      bytes.getPointer((long) q * size).put(row, 0, size);
      scales[q] = code.scale();
      return code.residual() * code.residual();
    }
  }

  Int8Queries(Int8Form form, QueryBlock block, boolean coded) {
    this.form = form;
    this.block = block;
    int rows = block.rows();
    int parts = form.space.parts();
    values = new float[rows][form.space.size()];
    floats = new FloatPointer((long) rows * form.space.size());
    bases = new float[rows];
    heads = new float[parts][rows];
    tails = new float[parts][rows];
    codes = coded ? new Codes[parts] : null;
    for (int part = 0; coded && part < parts; part++) {
      codes[part] = new Codes(form.space.size(part));
    }
  }

  @Override
  public void load(int q, int count, float[] from) {
    int dim = form.mean.length;
    double[] vectors = new double[count * dim];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = from[i];
    }
    int size = form.space.size();
    double[] coordinates = new double[count * size];
    form.space.apply(count, vectors, coordinates);
    for (int i = 0; i < count; i++) {
      bases[q + i] = base(vectors, i * dim);
      for (int j = 0; j < size; j++) {
        values[q + i][j] = (float) coordinates[i * size + j];
      }
      floats(q + i).put(values[q + i]);
      setLengths(q + i, coordinates, i * size);
      setCodes(q + i, coordinates, i * size);
    }
  }

  private void setLengths(int q, double[] coordinates, int from) {
    int parts = form.space.parts();
    double square = 0;
    for (int part = 0; part < parts; part++) {
      square += square(coordinates, from, part);
      heads[part][q] = Int8Code.root(square);
    }
    square = 0;
    for (int part = parts - 1; part >= 0; part--) {
      tails[part][q] = Int8Code.root(square);
      square += square(coordinates, from, part);
    }
  }

  private double square(double[] coordinates, int from, int part) {
    double square = 0;
    for (int i = from + form.space.offset(part); i < from + form.space.offset(part + 1); i++) {
      square += coordinates[i] * coordinates[i];
    }
    return square;
  }

  private void setCodes(int q, double[] coordinates, int from) {
    double missed = 0;
    for (int part = 0; codes != null && part < codes.length; part++) {
      missed += codes[part].set(q, coordinates, from + form.space.offset(part));
      codes[part].residuals[q] = Math.sqrt(missed) * (1 + 0x1p-30);
    }
  }

  /** {@link #values} of a query and of those behind it. */
  FloatPointer floats(int q) {
    return floats.getPointer((long) q * form.space.size());
  }

  private float base(double[] vectors, int offset) {
    double sum = 0;
    for (int i = 0; i < form.mean.length; i++) {
      sum += vectors[offset + i] * form.mean[i];
    }
    return (float) sum;
  }

  @Override
  public ScanForm.Tiles tiles(FloatPointer tile) {
    if (codes != null) {
      return new Int8CodedTiles(form, this);
    }
    return Int8Form.areFew(block.rows())
        ? new Int8FewTiles(form, this)
        : new Int8FloatTiles(form, this);
  }

  @Override
  public void close() {
    floats.close();
    for (int part = 0; codes != null && part < codes.length; part++) {
      codes[part].bytes.close();
    }
  }
}

package org.javatron.search;

import org.javatron.embeddings.Int8Embeddings;
import org.javatron.embeddings.Int8Space;
import org.javatron.kernels.ByteProducts;

/**
 * The passages' int8 form: a scan reads and multiplies heads, and looks at the parts behind them of
 * what those cannot exclude. {@link Int8Margin} says how near.
 *
 * <p>Where the processor adds products of bytes in 32 bits (VNNI, AMX), queries are coded as the
 * passages are and multiplied as bytes, exactly; what that cannot exclude is multiplied by the
 * query as floats. Elsewhere, and for a single query, they are floats from the start: products of
 * bytes would be no faster there and have room for 7 bits of a query only.
 */
final class Int8Form implements ScanForm {
  private static final int LEAST_SLACK = 1024;
  private static final int FEW_QUERIES = 8;
  private static final int MANY_QUERIES = 256;

  final Int8Embeddings int8;
  final Int8Space space;
  final int passageTile;
  final int queryTile;
  final float[] mean;
  final double meanLength;
  final ByteProducts products;

  Int8Form(Int8Embeddings int8, int passageTile, int queryTile) {
    this(int8, passageTile, queryTile, ByteProducts.openIfFast());
  }

  /** For tests: {@code products} may be null. */
  Int8Form(Int8Embeddings int8, int passageTile, int queryTile, ByteProducts products) {
    this.products = products;
    this.int8 = int8;
    this.passageTile = passageTile;
    this.queryTile = queryTile;
    space = int8.space();
    mean = int8.mean();
    double square = 0;
    for (float value : mean) {
      square += (double) value * value;
    }
    meanLength = Math.sqrt(square) * (1 + 0x1p-30);
  }

  /** Up to so many queries pass over the bytes; for more the codes are made floats first. */
  static boolean areFew(int queries) {
    return queries <= FEW_QUERIES;
  }

  /** From so many on, a tile's parts are looked at so often that making them floats pays. */
  static boolean areMany(int queries) {
    return queries >= MANY_QUERIES;
  }

  int record(int part) {
    return Int8Embeddings.recordBytes(space.size(part));
  }

  /**
   * What heads cost.
   *
   * @param look in scanned values, what a second look costs whatever it reads
   * @param value and for each value
   */
  HeadChoice.Costs costs(double look, double value) {
    double[] scan = new double[space.parts()];
    double[] looks = new double[space.parts()];
    for (int part = 0; part < scan.length; part++) {
      scan[part] = space.offset(part + 1);
      looks[part] = part + 1 < scan.length ? look + value * space.size(part + 1) : 0;
    }
    return new HeadChoice.Costs(scan, looks, true);
  }

  @Override
  public long bytesOfQuery() {
    return (long) space.size() * (2 * Float.BYTES + 1)
        + space.parts() * (3L * Float.BYTES + Double.BYTES)
        + Float.BYTES;
  }

  @Override
  public long bytesOfWorker(int passageTile, int queryTile) {
    long sums =
        products == null ? queryTile + space.size() : (long) space.parts() * (queryTile + 1) + 2;
    long ofParts = 0;
    for (int part = 0; part < space.parts(); part++) {
      ofParts += (long) passageTile * record(part) + Int8Part.bytes(space.size(part), passageTile);
    }
    return passageTile * (sums + 2L * space.parts() + 4) * Float.BYTES + ofParts;
  }

  @Override
  public int slack(int depth) {
    return Math.max(3 * depth, LEAST_SLACK);
  }

  @Override
  public Queries queries(QueryBlock block) {
    return new Int8Queries(this, block, products != null && block.rows() > 1);
  }
}

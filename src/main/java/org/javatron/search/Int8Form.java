package org.javatron.search;

import org.javatron.embeddings.Int8Embeddings;
import org.javatron.embeddings.Int8Space;
import org.javatron.kernels.ByteProducts;

/**
 * The passages' int8 form: a scan reads and multiplies the heads, and looks at the tails of what
 * those cannot exclude. {@link Int8Margin} says how near.
 *
 * <p>Where the processor adds products of bytes in 32 bits (VNNI, AMX), queries are coded as the
 * passages are and multiplied as bytes, exactly; what that cannot exclude is multiplied by the
 * query as floats. Elsewhere, and for a single query, they are floats from the start: products of
 * bytes would be no faster there and have room for 7 bits of a query only.
 */
final class Int8Form implements ScanForm {
  private static final int LEAST_SLACK = 1024;

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

  int headRecord() {
    return Int8Embeddings.recordBytes(space.headSize());
  }

  int tailRecord() {
    return Int8Embeddings.recordBytes(space.tailSize());
  }

  @Override
  public long bytesOfQuery() {
    return (long) (space.headSize() + space.tailSize()) * (2 * Float.BYTES + 1)
        + 4 * Float.BYTES
        + 2 * Double.BYTES;
  }

  @Override
  public long bytesOfWorker(int passageTile, int queryTile) {
    long sums =
        products == null ? (long) queryTile + space.headSize() + space.tailSize() : 2L * queryTile;
    return passageTile * (sums * Float.BYTES + headRecord() + tailRecord() + 5 * Float.BYTES);
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

package org.javatron.search;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.javatron.embeddings.Int8Code;
import org.javatron.embeddings.Int8Embeddings;
import org.javatron.kernels.ByteProducts;
import org.javatron.kernels.RowMath;

/**
 * The passages' int8 form: a quarter of the bytes to read, and products of bytes where the
 * processor has them. {@link Int8Margin} says how near.
 *
 * <p>Queries are coded as the passages are and multiplied as bytes, exactly; what that cannot
 * exclude is multiplied again by the query as floats, with a third of the margin. A single query is
 * floats from the start, which is faster than oneDNN's product of one row without VNNI; so are all
 * queries where there is no oneDNN.
 */
final class Int8Form implements ScanForm {
  /** Passages whose codes are copied to the heap at once, for the first-level cache. */
  private static final int COPIED = 16;

  private static final int LEAST_SLACK = 1024;

  private final Int8Embeddings int8;
  private final int passageTile;
  private final int queryTile;
  private final int size;
  private final float[] mean;
  private final double meanLength;
  private final ByteProducts products;
  private final RowMath rowMath = RowMath.fastest();

  Int8Form(Int8Embeddings int8, int passageTile, int queryTile) {
    this(int8, passageTile, queryTile, ByteProducts.open());
  }

  /** For tests: {@code products} may be null. */
  Int8Form(Int8Embeddings int8, int passageTile, int queryTile, ByteProducts products) {
    this.products = products;
    this.int8 = int8;
    this.passageTile = passageTile;
    this.queryTile = queryTile;
    size = int8.size();
    mean = int8.mean();
    double square = 0;
    for (float value : mean) {
      square += (double) value * value;
    }
    meanLength = Math.sqrt(square) * (1 + 0x1p-30);
  }

  @Override
  public long bytesOfQuery() {
    return (long) size * (Float.BYTES + 1) + 2 * Float.BYTES + Double.BYTES;
  }

  @Override
  public long bytesOfWorker(int passageTile, int queryTile) {
    return (long) passageTile * (queryTile * Integer.BYTES + int8.recordBytes() + 2 * Float.BYTES);
  }

  @Override
  public int slack(int depth) {
    return Math.max(3 * depth, LEAST_SLACK);
  }

  @Override
  public Queries queries(QueryBlock block) {
    boolean coded = products != null && block.rows() > 1;
    return coded ? new CodedQueries(block) : new FloatQueries(block);
  }

  /** What both kinds of queries have in common: the rotation and q.mu. */
  private abstract class RotatedQueries implements Queries {
    final QueryBlock block;
    final float[] bases;
    final float[][] values;
    final double[] rotated = new double[size];
    private final double[] vector = new double[mean.length];
    private final double[] scratch = new double[size];

    RotatedQueries(QueryBlock block) {
      this.block = block;
      bases = new float[block.rows()];
      values = new float[block.rows()][size];
    }

    @Override
    public void load(int q, float[] from, int offset) {
      double base = 0;
      for (int i = 0; i < vector.length; i++) {
        vector[i] = from[offset + i];
        base += vector[i] * mean[i];
      }
      bases[q] = (float) base;
      int8.rotation().apply(vector, rotated, scratch);
      for (int i = 0; i < size; i++) {
        this.values[q][i] = (float) rotated[i];
      }
    }
  }

  private final class CodedQueries extends RotatedQueries {
    final BytePointer codes;
    final float[] scales;
    final double[] residuals;
    private final Int8Code code = new Int8Code();
    private final byte[] bytes = new byte[size];

    CodedQueries(QueryBlock block) {
      super(block);
      codes = new BytePointer((long) block.rows() * size);
      scales = new float[block.rows()];
      residuals = new double[block.rows()];
    }

    @Override
    public void load(int q, float[] from, int offset) {
      super.load(q, from, offset);
      code.set(rotated, products.limit(), products.limit() + 1, bytes, 0);
      codes.getPointer((long) q * size).put(bytes, 0, size);
      scales[q] = code.scale();
      residuals[q] = code.residual();
    }

    @Override
    public Tiles tiles(FloatPointer tile) {
      return new CodedTiles(this);
    }

    @Override
    public void close() {
      codes.close();
    }
  }

  private final class FloatQueries extends RotatedQueries {
    FloatQueries(QueryBlock block) {
      super(block);
    }

    @Override
    public Tiles tiles(FloatPointer tile) {
      return new FloatTiles(this);
    }

    @Override
    public void close() {}
  }

  /** A tile's records. */
  private abstract class Records implements Tiles {
    final float[] scales = new float[passageTile];
    ByteBuffer tile;
    int rows;
    private final BytePointer scratch = new BytePointer((long) passageTile * int8.recordBytes());
    private float residual;
    private float length;

    @Override
    public void open(int index, int from, int rows) {
      this.rows = rows;
      tile = int8.tile(from, rows, scratch.asByteBuffer()).order(ByteOrder.LITTLE_ENDIAN);
      residual = 0;
      length = 0;
      for (int i = 0; i < rows; i++) {
        int tail = i * int8.recordBytes() + size;
        scales[i] = tile.getFloat(tail);
        residual = Math.max(residual, tile.getFloat(tail + 4));
        length = Math.max(length, tile.getFloat(tail + 8));
      }
    }

    final double margin(double query, double querysResidual) {
      return Int8Margin.of(size, query, querysResidual, meanLength, residual, length);
    }

    @Override
    public void close() {
      scratch.close();
    }
  }

  private final class CodedTiles extends Records {
    private final CodedQueries queries;
    private final IntPointer sums;
    private final IntBuffer buffer;
    private final int[] row = new int[passageTile];
    private final byte[] codes = new byte[size];
    private int first;

    CodedTiles(CodedQueries queries) {
      this.queries = queries;
      sums = new IntPointer((long) Math.min(queryTile, queries.block.rows()) * passageTile);
      buffer = sums.asBuffer();
    }

    @Override
    public void multiply(int q, int m) {
      first = q;
      BytePointer left = queries.codes.getPointer((long) q * size);
      products.multiply(m, rows, size, left, new BytePointer(tile), int8.recordBytes(), sums);
    }

    @Override
    public double scores(int q, float[] scores) {
      buffer.get((q - first) * rows, row, 0, rows);
      rowMath.scale(row, scales, rows, queries.scales[q], queries.bases[q], scores);
      return margin(queries.block.length(q), queries.residuals[q]);
    }

    /** The query as floats: its own residual falls away, the greater part of the margin. */
    @Override
    public double refine(int q, int[] positions, int count, float[] scores, double margin) {
      int record = int8.recordBytes();
      for (int i = 0; i < count; i++) {
        int j = positions[i];
        tile.get(j * record, codes, 0, size);
        float sum = rowMath.dotBytes(queries.values[q], codes, 0, size);
        scores[j] = sum * scales[j] + queries.bases[q];
      }
      return margin(queries.block.length(q), 0);
    }

    @Override
    public void close() {
      super.close();
      sums.close();
    }
  }

  private final class FloatTiles extends Records {
    private final FloatQueries queries;
    private final byte[] codes = new byte[COPIED * int8.recordBytes()];
    private final float[][] sums;
    private int first;

    FloatTiles(FloatQueries queries) {
      this.queries = queries;
      sums = new float[Math.min(queryTile, queries.block.rows())][passageTile];
    }

    @Override
    public void multiply(int q, int m) {
      first = q;
      int record = int8.recordBytes();
      for (int from = 0; from < rows; from += COPIED) {
        int some = Math.min(COPIED, rows - from);
        tile.get(from * record, codes, 0, some * record);
        for (int i = 0; i < m; i++) {
          float[] query = queries.values[q + i];
          for (int j = 0; j < some; j++) {
            sums[i][from + j] = rowMath.dotBytes(query, codes, j * record, size);
          }
        }
      }
    }

    @Override
    public double scores(int q, float[] scores) {
      float[] row = sums[q - first];
      for (int i = 0; i < rows; i++) {
        scores[i] = row[i] * scales[i] + queries.bases[q];
      }
      return margin(queries.block.length(q), 0);
    }
  }
}

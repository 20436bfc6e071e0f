package org.javatron.kernels.cuda;

import org.javatron.kernels.CudaWidths;

/** How the kernels of the ops are cut into blocks, and the sums that several of them end with. */
final class CudaLoops {
  static final int THREADS = 256;
  private static final int WARP = 32;

  /** Columns a block of {@code sums.cu} takes. */
  private static final int TILE_COLUMNS = 256;

  /** The least rows whose columns a block adds up; more, if else there were more partial sums. */
  private static final int LEAST_CHUNK = 128;

  private static final int MOST_CHUNKS = 128;

  /** Blocks whose warps go over all rows and keep sums: two for each multiprocessor of an H100. */
  private static final int SUMMING_BLOCKS = 264;

  final CudaDevice device;
  final CudaType activations;
  final CudaScratch scratch;
  final CudaProducts products;
  private final CudaProgram sums;

  CudaLoops(CudaDevice device, CudaType activations) {
    this.device = device;
    this.activations = activations;
    scratch = new CudaScratch(device);
    products = device.products();
    sums = program("sums", activations);
  }

  /** A program for arrays of this type. */
  CudaProgram program(String name, CudaType type) {
    return device.program(name, type.storageDefine());
  }

  /** A program that keeps rows of this width in registers. */
  CudaProgram rowProgram(String name, long width) {
    return device.program(name, activations.storageDefine(), "HIDDEN=" + width);
  }

  /** Blocks in which each thread takes one value. */
  static int blocks(long count) {
    return Math.toIntExact((count + THREADS - 1) / THREADS);
  }

  /** Blocks in which each thread takes a piece. */
  static int pieceBlocks(long count) {
    return blocks((count + CudaWidths.PIECE - 1) / CudaWidths.PIECE);
  }

  /** Blocks in which each warp takes one row. */
  static int rowBlocks(int rows) {
    return blocks((long) rows * WARP);
  }

  /** Blocks whose warps take one row after the other and add them up; depends on nothing else. */
  static int summingBlocks(int rows) {
    return Math.min(rowBlocks(rows), SUMMING_BLOCKS);
  }

  /** Rows whose columns a block adds up. */
  private static int chunk(int rows) {
    return Math.max(LEAST_CHUNK, (rows + MOST_CHUNKS - 1) / MOST_CHUNKS);
  }

  /** How many such there are, each with a partial sum of every column. */
  static int chunks(int rows) {
    return Math.max(1, (rows + chunk(rows) - 1) / chunk(rows));
  }

  /** {@code out[c] = Σ_r x[r, c]} for activations or float32. */
  void sumColumns(CudaArray x, CudaArray out) {
    int rows = (int) x.size(0);
    int columns = (int) x.size(1);
    int chunk = chunk(rows);
    int chunks = chunks(rows);
    CudaArray to =
        chunks == 1 ? out : scratch.floats(CudaScratch.Use.PARTIAL_SUMS, chunks, columns);
    if (x.type() == CudaType.FLOAT32) {
      sumFloats(x, rows, columns, chunk, chunks, to, columns, to);
    } else {
      sums.launch("sumColumns", tiles(columns), chunks, THREADS, 0, x, rows, columns, chunk, to);
    }
    if (chunks > 1) {
      sumFloats(to, chunks, columns, chunks, 1, out, columns, out);
    }
  }

  /** Adds up rows of two vectors side by side, as {@code layernorm.cuh} leaves them. */
  void sumPairs(CudaArray partial, CudaArray first, CudaArray second) {
    int rows = (int) partial.size(0);
    int columns = (int) partial.size(1);
    sumFloats(partial, rows, columns, rows, 1, first, (int) first.length(), second);
  }

  private void sumFloats(
      CudaArray x,
      int rows,
      int columns,
      int chunk,
      int chunks,
      CudaArray out,
      int split,
      CudaArray rest) {
    sums.launch(
        "sumColumnsOfFloats",
        tiles(columns),
        chunks,
        THREADS,
        0,
        x,
        rows,
        columns,
        chunk,
        out,
        split,
        rest);
  }

  private static int tiles(int columns) {
    return (columns + TILE_COLUMNS - 1) / TILE_COLUMNS;
  }

  void close() {
    scratch.close();
  }
}

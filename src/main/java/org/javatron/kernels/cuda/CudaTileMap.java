package org.javatron.kernels.cuda;

import org.bytedeco.cuda.cudart.CUtensorMap;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;

/**
 * How the copy engine of GPUs of compute capability 9.0 and more reads tiles of a matrix of halves:
 * 64 columns of some rows at a time, the 16-byte pieces of a row swizzled within its 128 bytes,
 * zeros for what lies outside.
 */
public final class CudaTileMap {
  /** The size of a map, in memory on the GPU. */
  public static final int BYTES = 128;

  private static final int COLUMNS = 64;
  private static final int ALIGNMENT = 64;

  // Of the driver's header cuda.h, enums CUtensorMapDataType, -Swizzle and -L2promotion, which the
  // bindings lack.
  private static final int FLOAT16 = 6;
  private static final int SWIZZLE_128_BYTES = 3;
  private static final int L2_256_BYTES = 3;
  private static final int NONE = 0;

  private CudaTileMap() {}

  /**
   * Writes a map. A kernel that may have used the same memory as another map must be told.
   *
   * @param matrix float16 [rows, columns], columns a multiple of 8
   * @param tileRows rows of a tile, at most 256
   * @param target gets the map, 128 bytes, its address a multiple of 64
   */
  public static void write(CudaArray matrix, int tileRows, CudaArray target) {
    long rowBytes = matrix.size(1) * matrix.type().bytes();
    try (BytePointer memory = new BytePointer(BYTES + ALIGNMENT)) {
      long gap = -memory.address() & ALIGNMENT - 1;
      BytePointer aligned = memory.getPointer(gap);
      CudaLibraries.check(
          cudart.cuTensorMapEncodeTiled(
              new CUtensorMap(aligned),
              FLOAT16,
              2,
              new DevicePointer().at(matrix.address()),
              new long[] {matrix.size(1), matrix.size(0)},
              new long[] {rowBytes},
              new int[] {COLUMNS, tileRows},
              new int[] {1, 1},
              NONE,
              SWIZZLE_128_BYTES,
              L2_256_BYTES,
              NONE),
          "a map of the tiles of " + matrix);
      target.put(aligned, BYTES);
    }
  }
}

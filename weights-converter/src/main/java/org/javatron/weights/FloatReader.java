package org.javatron.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** Reads contiguous F32, F16 or BF16 elements of a mapped file as float32, block by block. */
final class FloatReader {
  private static final int BLOCK_BYTES = 1 << 16;

  private FloatReader() {}

  static void read(MappedFile file, long position, Dtype dtype, FloatBuffer destination)
      throws WeightFormatException {
    ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (destination.hasRemaining()) {
      int count = Math.min(destination.remaining(), BLOCK_BYTES / dtype.bytes());
      block.clear().limit(count * dtype.bytes());
      file.read(position, block);
      block.flip();
      widen(block, dtype, destination, count);
      position += (long) count * dtype.bytes();
    }
  }

  static void widen(ByteBuffer block, Dtype dtype, FloatBuffer destination, int count) {
    if (dtype == Dtype.F32) {
      destination.put(block.asFloatBuffer());
      return;
    }
    ShortBuffer shorts = block.asShortBuffer();
    if (dtype == Dtype.F16) {
      for (int i = 0; i < count; i++) {
        destination.put(SmallFloats.float16ToFloat(shorts.get(i)));
      }
    } else {
      for (int i = 0; i < count; i++) {
        destination.put(SmallFloats.bfloat16ToFloat(shorts.get(i)));
      }
    }
  }
}

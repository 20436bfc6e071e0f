package org.javatron.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;

/** Memory outside the heap that begins at a cache line, which the widest vectors want. */
final class AlignedBytes {
  private static final int LINE = 64;

  final BytePointer pointer;
  final long length;
  private final BytePointer whole;

  AlignedBytes(long length) {
    this.length = length;
    whole = new BytePointer(length + LINE - 1);
    pointer = whole.getPointer(-whole.address() & (LINE - 1)).capacity(length);
  }

  ByteBuffer buffer() {
    return pointer.asByteBuffer().order(ByteOrder.nativeOrder());
  }

  void free() {
    whole.deallocate();
  }
}

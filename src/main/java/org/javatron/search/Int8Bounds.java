package org.javatron.search;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What records say of some passages' heads, apart from the codes: how long each tail can be, and
 * the greatest residual, length and tail of all.
 */
final class Int8Bounds {
  private static final VarHandle FLOATS =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  /** Where a record's numbers are, from the first, the scale, on. */
  private static final int RESIDUAL = 4;

  private static final int LENGTH = 8;
  private static final int TAIL = 12;

  /** For each row. */
  final float[] tails;

  float residual;
  float length;
  float tail;

  Int8Bounds(int rows) {
    tails = new float[rows];
  }

  void clear() {
    residual = 0;
    length = 0;
    tail = 0;
  }

  /**
   * Takes some records' numbers.
   *
   * @param row the first of them
   * @param numbers has them
   * @param at index of the first byte
   * @param step from one record to the next
   */
  void take(int row, int count, byte[] numbers, int at, int step) {
    float residual = this.residual;
    float length = this.length;
    float tail = this.tail;
    for (int i = 0; i < count; i++) {
      float itsResidual = residual(numbers, at + i * step);
      float itsLength = length(numbers, at + i * step);
      float itsTail = tail(numbers, at + i * step);
      tails[row + i] = itsTail;
      residual = itsResidual > residual ? itsResidual : residual; // none is NaN
      length = itsLength > length ? itsLength : length;
      tail = itsTail > tail ? itsTail : tail;
    }
    this.residual = residual;
    this.length = length;
    this.tail = tail;
  }

  static float scale(byte[] numbers, int at) {
    return (float) FLOATS.get(numbers, at);
  }

  static float residual(byte[] numbers, int at) {
    return (float) FLOATS.get(numbers, at + RESIDUAL);
  }

  static float length(byte[] numbers, int at) {
    return (float) FLOATS.get(numbers, at + LENGTH);
  }

  static float tail(byte[] numbers, int at) {
    return (float) FLOATS.get(numbers, at + TAIL);
  }
}

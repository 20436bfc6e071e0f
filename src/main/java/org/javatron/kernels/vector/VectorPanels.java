package org.javatron.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.javatron.kernels.RowMath;

/**
 * {@link RowMath#multiplyPanel}: few rows times a strip of a matrix, two vectors wide.
 *
 * <p>Written out row by row: sums in an array would not be kept in registers.
 */
final class VectorPanels {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  static final int WIDTH = 2 * SPECIES.length();

  private VectorPanels() {}

  static void multiply(
      float[] x, int xOffset, int rows, int k, float[] panel, float[] out, int outOffset) {
    if (rows <= 4) {
      fourRows(x, xOffset, rows, k, panel, out, outOffset);
    } else {
      sixRows(x, xOffset, rows, k, panel, out, outOffset);
    }
  }

  /**
   * Twelve sums stay in registers, of the sixteen that AVX2 has: two vectors of the panel, loaded
   * once, serve six rows, so the loop waits for its multiply-adds and not for loads. Rows that are
   * not there repeat the first. (A helper for the stores would be too large to be inlined.)
   */
  private static void sixRows(
      float[] x, int xOffset, int rows, int k, float[] panel, float[] out, int outOffset) {
    int width = SPECIES.length();
    int x1 = xOffset + (rows > 1 ? k : 0);
    int x2 = xOffset + (rows > 2 ? 2 * k : 0);
    int x3 = xOffset + (rows > 3 ? 3 * k : 0);
    int x4 = xOffset + (rows > 4 ? 4 * k : 0);
    int x5 = xOffset + (rows > 5 ? 5 * k : 0);
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector b0 = a0;
    FloatVector a1 = FloatVector.zero(SPECIES);
    FloatVector b1 = a1;
    FloatVector a2 = FloatVector.zero(SPECIES);
    FloatVector b2 = a2;
    FloatVector a3 = FloatVector.zero(SPECIES);
    FloatVector b3 = a3;
    FloatVector a4 = FloatVector.zero(SPECIES);
    FloatVector b4 = a4;
    FloatVector a5 = FloatVector.zero(SPECIES);
    FloatVector b5 = a5;
    for (int i = 0, at = 0; i < k; i++, at += 2 * width) {
      FloatVector a = FloatVector.fromArray(SPECIES, panel, at);
      FloatVector b = FloatVector.fromArray(SPECIES, panel, at + width);
      FloatVector row = FloatVector.broadcast(SPECIES, x[xOffset + i]);
      a0 = row.fma(a, a0);
      b0 = row.fma(b, b0);
      row = FloatVector.broadcast(SPECIES, x[x1 + i]);
      a1 = row.fma(a, a1);
      b1 = row.fma(b, b1);
      row = FloatVector.broadcast(SPECIES, x[x2 + i]);
      a2 = row.fma(a, a2);
      b2 = row.fma(b, b2);
      row = FloatVector.broadcast(SPECIES, x[x3 + i]);
      a3 = row.fma(a, a3);
      b3 = row.fma(b, b3);
      row = FloatVector.broadcast(SPECIES, x[x4 + i]);
      a4 = row.fma(a, a4);
      b4 = row.fma(b, b4);
      row = FloatVector.broadcast(SPECIES, x[x5 + i]);
      a5 = row.fma(a, a5);
      b5 = row.fma(b, b5);
    }
    a0.intoArray(out, outOffset);
    b0.intoArray(out, outOffset + width);
    a1.intoArray(out, outOffset + 2 * width);
    b1.intoArray(out, outOffset + 3 * width);
    a2.intoArray(out, outOffset + 4 * width);
    b2.intoArray(out, outOffset + 5 * width);
    a3.intoArray(out, outOffset + 6 * width);
    b3.intoArray(out, outOffset + 7 * width);
    a4.intoArray(out, outOffset + 8 * width);
    b4.intoArray(out, outOffset + 9 * width);
    a5.intoArray(out, outOffset + 10 * width);
    b5.intoArray(out, outOffset + 11 * width);
  }

  /** The same for four rows, which six would cost half as much again. */
  private static void fourRows(
      float[] x, int xOffset, int rows, int k, float[] panel, float[] out, int outOffset) {
    int width = SPECIES.length();
    int x1 = xOffset + (rows > 1 ? k : 0);
    int x2 = xOffset + (rows > 2 ? 2 * k : 0);
    int x3 = xOffset + (rows > 3 ? 3 * k : 0);
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector b0 = a0;
    FloatVector a1 = FloatVector.zero(SPECIES);
    FloatVector b1 = a1;
    FloatVector a2 = FloatVector.zero(SPECIES);
    FloatVector b2 = a2;
    FloatVector a3 = FloatVector.zero(SPECIES);
    FloatVector b3 = a3;
    for (int i = 0, at = 0; i < k; i++, at += 2 * width) {
      FloatVector a = FloatVector.fromArray(SPECIES, panel, at);
      FloatVector b = FloatVector.fromArray(SPECIES, panel, at + width);
      FloatVector row = FloatVector.broadcast(SPECIES, x[xOffset + i]);
      a0 = row.fma(a, a0);
      b0 = row.fma(b, b0);
      row = FloatVector.broadcast(SPECIES, x[x1 + i]);
      a1 = row.fma(a, a1);
      b1 = row.fma(b, b1);
      row = FloatVector.broadcast(SPECIES, x[x2 + i]);
      a2 = row.fma(a, a2);
      b2 = row.fma(b, b2);
      row = FloatVector.broadcast(SPECIES, x[x3 + i]);
      a3 = row.fma(a, a3);
      b3 = row.fma(b, b3);
    }
    a0.intoArray(out, outOffset);
    b0.intoArray(out, outOffset + width);
    a1.intoArray(out, outOffset + 2 * width);
    b1.intoArray(out, outOffset + 3 * width);
    a2.intoArray(out, outOffset + 4 * width);
    b2.intoArray(out, outOffset + 5 * width);
    a3.intoArray(out, outOffset + 6 * width);
    b3.intoArray(out, outOffset + 7 * width);
  }
}

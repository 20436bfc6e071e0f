package org.javatron.kernels;

import java.io.Closeable;

/**
 * Products of activations with the weights of linear layers, both rounded to bfloat16 (to the
 * nearest, ties to even) and summed in float32. A product of two such numbers has 16 bits and is
 * exact in float32, so that only the roundings, up to 2⁻⁸ of a value each, and the order of the
 * sums tell one implementation from another.
 *
 * <p>A result is made a panel of {@link #PANEL} columns and a block of at most {@link #ROWS} rows
 * at a time, each on the thread that asks for it. Both and what they are made of stay in a core's
 * second-level cache.
 */
interface Bf16Products extends Closeable {
  /** The most rows of a block. */
  int ROWS = 128;

  /** Columns of a panel; a weight's last one may be narrower. */
  int PANEL = 256;

  /** The columns of a panel of a weight with so many outputs. */
  static int width(int panel, int outputs) {
    return Math.min(PANEL, outputs - panel * PANEL);
  }

  /** How many panels a weight with so many outputs has. */
  static int panels(int outputs) {
    return (outputs + PANEL - 1) / PANEL;
  }

  /**
   * Rounds a weight and keeps it in the order the products read it in. No block may be at work.
   *
   * @param weight float32 [outputs, inputs], not needed any more afterwards
   * @return its number, for {@link Block#multiply}
   */
  int pack(Floats weight, int outputs, int inputs);

  /**
   * Makes room for one thread's work.
   *
   * @return a block, which ends with these products
   */
  Block newBlock();

  /** Bytes held outside the Java heap: weights, blocks and what the library wants for scratch. */
  long bytes();

  @Override
  void close();

  /** Some rows of activations and what became of them; for one thread at a time. */
  interface Block {
    /**
     * Takes rows and rounds them.
     *
     * @param x float32 rows of {@code inputs} values, read from index {@code at}
     * @param rows 1 to {@link #ROWS}
     */
    void load(Floats x, long at, int rows, int inputs);

    /** Multiplies the rows with a panel of a weight that has as many inputs. */
    void multiply(int weight, int panel);

    /** Copies a row of the last result, as many values as its panel is wide. */
    void read(int row, float[] to);
  }
}

package org.javatron.kernels;

import java.util.ArrayList;
import java.util.List;

/** {@link Bf16Products} in plain Java: both factors rounded, the sum in float64. */
final class ReferenceProducts implements Bf16Products {
  private record Weight(float[] values, int outputs, int inputs) {}

  private final List<Weight> weights = new ArrayList<>();

  /** The float32 that is the nearest bfloat16. */
  static float rounded(float x) {
    return Float.intBitsToFloat(ScalarRowMath.toBfloat16(x) << 16);
  }

  private static float[] rounded(Floats from, long at, int length) {
    float[] values = new float[length];
    from.read(at, values, 0, length);
    for (int i = 0; i < length; i++) {
      values[i] = rounded(values[i]);
    }
    return values;
  }

  @Override
  public int pack(Floats weight, int outputs, int inputs) {
    weights.add(new Weight(rounded(weight, 0, outputs * inputs), outputs, inputs));
    return weights.size() - 1;
  }

  @Override
  public Block newBlock() {
    return new Block() {
      private float[] x;
      private int rows;
      private float[][] result;

      @Override
      public void load(Floats from, long at, int rows, int inputs) {
        this.rows = rows;
        x = rounded(from, at, rows * inputs);
      }

      @Override
      public void multiply(int weight, int panel) {
        Weight w = weights.get(weight);
        result = new float[rows][Bf16Products.width(panel, w.outputs)];
        for (int r = 0; r < rows; r++) {
          for (int o = 0; o < result[r].length; o++) {
            double sum = 0;
            for (int i = 0; i < w.inputs; i++) {
              int at = (panel * PANEL + o) * w.inputs + i;
              sum += (double) x[r * w.inputs + i] * w.values[at];
            }
            result[r][o] = (float) sum;
          }
        }
      }

      @Override
      public void read(int row, float[] to) {
        System.arraycopy(result[row], 0, to, 0, result[row].length);
      }
    };
  }

  @Override
  public long bytes() {
    return weights.stream().mapToLong(w -> 2L * w.values.length).sum();
  }

  @Override
  public void close() {
    weights.clear();
  }
}

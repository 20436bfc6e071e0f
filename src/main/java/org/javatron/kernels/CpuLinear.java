package org.javatron.kernels;

import java.util.IdentityHashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Linear layers: products cut into tiles of the result. Each tile gets its bias and GELU from the
 * thread that just wrote it, while it is in that core's cache.
 */
final class CpuLinear {
  /** So many tokens take less time with a {@link PackedWeight} than with BLAS. */
  private static final int FEW_TOKENS = 32;

  private final CpuLoops loops;
  private final PartialSums biases = new PartialSums();
  private final Bf16Linear bf16;
  private final Map<INDArray, PackedWeight> packed = new IdentityHashMap<>();
  private boolean packing;
  private float[] few = new float[0];

  /**
   * Makes the layers.
   *
   * @param bf16 the products forwards in bfloat16; null for BLAS's in float32
   */
  CpuLinear(CpuLoops loops, Bf16Linear bf16) {
    this.loops = loops;
    this.bf16 = bf16;
  }

  /** From here on weights are packed as {@link #prepare} is told of them. */
  void packWeights() {
    packing = bf16 == null; // whose weights are in an order of their own anyway
  }

  /** Brings a weight into the order in which it will be read. */
  void prepare(INDArray weight) {
    if (bf16 != null) {
      bf16.pack(weight);
    } else if (packing) {
      int n = (int) weight.size(0);
      int k = (int) weight.size(1);
      packed.put(weight, new PackedWeight(Floats.of(weight), n, k, loops.math.panelWidth()));
    }
  }

  long heapBytes() {
    return packed.values().stream().mapToLong(PackedWeight::bytes).sum();
  }

  void forward(INDArray x, INDArray weight, INDArray bias, INDArray out) {
    float[] shift = Floats.of(bias).toArray();
    Floats to = Floats.of(out);
    forward(
        x,
        weight,
        out,
        (values, worker, at, column, width) -> {
          loops.math.add(values, 0, shift, column, width);
          to.write(at, values, 0, width);
        });
  }

  void gelu(INDArray x, INDArray weight, INDArray bias, INDArray out, INDArray sum) {
    float[] shift = Floats.of(bias).toArray();
    Floats to = Floats.of(out);
    Floats toSum = sum == null ? null : Floats.of(sum);
    forward(
        x,
        weight,
        out,
        (values, worker, at, column, width) -> {
          if (toSum != null) {
            float[] z = loops.scratch(worker, 1, width);
            System.arraycopy(values, 0, z, 0, width);
            loops.math.add(z, 0, shift, column, width);
            toSum.write(at, z, 0, width);
          }
          loops.math.addGelu(values, 0, shift, column, width);
          to.write(at, values, 0, width);
        });
  }

  /** What happens to a row of a finished tile, which begins at index {@code at} of the result. */
  @FunctionalInterface
  interface Epilogue {
    void apply(float[] values, int worker, long at, int column, int width);
  }

  private void forward(INDArray x, INDArray weight, INDArray out, Epilogue epilogue) {
    if (bf16 != null) {
      bf16.forward(x, weight, out, epilogue);
      return;
    }
    int n = (int) out.size(1);
    int k = (int) x.size(1);
    PackedWeight copy = x.size(0) > FEW_TOKENS ? null : packed.get(weight);
    if (copy != null) {
      few(x, copy, n, epilogue);
      return;
    }
    Floats from = Floats.of(x);
    Floats matrix = Floats.of(weight);
    Floats to = Floats.of(out);
    Tiles tiles = Tiles.of((int) x.size(0), n, loops.workers.threads());
    loops.workers.run(
        tiles.count(),
        (tile, worker) -> {
          int row = tiles.row(tile);
          int column = tiles.column(tile);
          int height = tiles.height(tile);
          int width = tiles.width(tile);
          FloatPointer a = from.at((long) row * k);
          FloatPointer b = matrix.at((long) column * k);
          FloatPointer c = to.at((long) row * n + column);
          Blas.rowsTimesRows(height, width, k, 1, a, k, b, k, 0, c, n);
          float[] values = loops.scratch(worker, 0, width);
          for (int r = row; r < row + height; r++) {
            long at = (long) r * n + column;
            to.read(at, values, 0, width);
            epilogue.apply(values, worker, at, column, width);
          }
        });
  }

  /** The same for few tokens, panel by panel. */
  private void few(INDArray x, PackedWeight weight, int n, Epilogue epilogue) {
    int rows = (int) x.size(0);
    int k = (int) x.size(1);
    if (few.length < rows * k) {
      few = new float[rows * k];
    }
    Floats.of(x).read(0, few, 0, rows * k);
    loops.workers.run(
        weight.panels(),
        (panel, worker) -> {
          int stride = weight.stride();
          float[] tile = loops.scratch(worker, 2, (rows + RowMath.PANEL_ROWS) * stride);
          float[] values = loops.scratch(worker, 0, stride);
          weight.multiply(loops.math, panel, few, rows, tile);
          int column = weight.column(panel);
          int width = weight.width(panel);
          for (int r = 0; r < rows; r++) {
            System.arraycopy(tile, r * stride, values, 0, width);
            epilogue.apply(values, worker, (long) r * n + column, column, width);
          }
        });
  }

  /**
   * One pool of tasks for the three gradients, so that no thread waits between them. The weight's
   * tiles come first and may be large, since as much work in smaller ones follows to even it out.
   */
  void backward(
      INDArray x, INDArray weight, INDArray dOut, INDArray dX, INDArray dWeight, INDArray dBias) {
    int rows = (int) x.size(0);
    int inputs = (int) x.size(1);
    int outputs = (int) dOut.size(1);
    int threads = loops.workers.threads();
    Tiles ofX = Tiles.of(rows, inputs, threads);
    Tiles ofWeight = Tiles.of(outputs, inputs, (threads + 1) / 2);
    int height = PartialSums.rowsOfABlock(rows);
    int blocks = (rows + height - 1) / height;
    Floats from = Floats.of(x);
    Floats matrix = Floats.of(weight);
    Floats gradient = Floats.of(dOut);
    Floats toX = Floats.of(dX);
    Floats toWeight = Floats.of(dWeight);
    biases.begin(blocks, outputs);
    loops.workers.run(
        ofWeight.count() + ofX.count() + blocks,
        (task, worker) -> {
          int tile = task - ofWeight.count();
          if (tile < 0) {
            tileOfWeight(ofWeight, task, rows, gradient, outputs, from, inputs, toWeight);
          } else if (tile < ofX.count()) {
            tileOfX(ofX, tile, gradient, outputs, matrix, inputs, toX);
          } else {
            int block = tile - ofX.count();
            int end = Math.min(rows, (block + 1) * height);
            float[] sum = biases.zeroed(block);
            float[] row = loops.scratch(worker, 0, outputs);
            for (int r = block * height; r < end; r++) {
              gradient.read((long) r * outputs, row, 0, outputs);
              loops.math.add(sum, 0, row, 0, outputs);
            }
          }
        });
    biases.write(loops.math, Floats.of(dBias));
  }

  /** {@code dWeight = dOutᵀ x}. */
  private static void tileOfWeight(
      Tiles tiles, int tile, int rows, Floats dOut, int outputs, Floats x, int inputs, Floats to) {
    int row = tiles.row(tile);
    int column = tiles.column(tile);
    FloatPointer a = dOut.at(row);
    FloatPointer b = x.at(column);
    FloatPointer c = to.at((long) row * inputs + column);
    Blas.columnsTimesColumns(
        tiles.height(tile), tiles.width(tile), rows, 1, a, outputs, b, inputs, 0, c, inputs);
  }

  /** {@code dX = dOut weight}. */
  private static void tileOfX(
      Tiles tiles, int tile, Floats dOut, int outputs, Floats weight, int inputs, Floats to) {
    int row = tiles.row(tile);
    int column = tiles.column(tile);
    FloatPointer a = dOut.at((long) row * outputs);
    FloatPointer b = weight.at(column);
    FloatPointer c = to.at((long) row * inputs + column);
    Blas.rowsTimesColumns(
        tiles.height(tile), tiles.width(tile), outputs, 1, a, outputs, b, inputs, 0, c, inputs);
  }
}

package org.javatron.kernels;

import java.util.IdentityHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Linear layers in bfloat16: blocks of rows, each rounded once and multiplied with one panel of the
 * weight after the other, spread over the threads. A short batch, such as one query, has few
 * blocks; there the panels are shared out too.
 *
 * <p>Bias and GELU follow row by row from the cache, by the same {@link RowMath} as in float32: one
 * GELU for all precisions, and none of the library's to be compared with it.
 */
final class Bf16Linear {
  private final CpuLoops loops;
  private final Bf16Products products;
  private final Bf16Products.Block[] blocks;
  private final Map<INDArray, Integer> weights = new IdentityHashMap<>();

  Bf16Linear(CpuLoops loops, Bf16Products products) {
    this.loops = loops;
    this.products = products;
    blocks = new Bf16Products.Block[loops.workers.threads()];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = products.newBlock();
    }
  }

  /** Packs a weight, unless it is; later changes of its values do not count. */
  int pack(INDArray weight) {
    return weights.computeIfAbsent(
        weight,
        w -> products.pack(Floats.of(w), Math.toIntExact(w.size(0)), Math.toIntExact(w.size(1))));
  }

  void forward(INDArray x, INDArray weight, INDArray out, CpuLinear.Epilogue epilogue) {
    int rows = (int) x.size(0);
    int inputs = (int) x.size(1);
    int outputs = (int) out.size(1);
    int packed = pack(weight);
    int panels = Bf16Products.panels(outputs);
    int groups = groups(rows, panels, loops.workers.threads());
    Floats from = Floats.of(x);
    loops.workers.run(
        groups * blocks(rows),
        (task, worker) -> {
          int row = task / groups * Bf16Products.ROWS;
          int height = Math.min(Bf16Products.ROWS, rows - row);
          int group = task % groups;
          int end = (group + 1) * panels / groups;
          Bf16Products.Block block = blocks[worker];
          block.load(from, (long) row * inputs, height, inputs);
          for (int panel = group * panels / groups; panel < end; panel++) {
            block.multiply(packed, panel);
            int column = panel * Bf16Products.PANEL;
            int width = Bf16Products.width(panel, outputs);
            float[] values = loops.scratch(worker, 0, width);
            for (int r = 0; r < height; r++) {
              block.read(r, values);
              epilogue.apply(values, worker, (long) (row + r) * outputs + column, column, width);
            }
          }
        });
  }

  private static int blocks(int rows) {
    return (rows + Bf16Products.ROWS - 1) / Bf16Products.ROWS;
  }

  /** Into how many tasks a block's panels are divided: two tasks a thread or more, if they can. */
  static int groups(int rows, int panels, int threads) {
    int wanted = threads == 1 ? 1 : 2 * threads;
    return Math.min(panels, (wanted + blocks(rows) - 1) / blocks(rows));
  }

  long bytes() {
    return products.bytes();
  }

  void close() {
    products.close();
  }
}

package org.javatron.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;

/**
 * {@link Bf16Products} by oneDNN's matrix products. oneDNN compiles a product for each shape; the
 * rows of a block are filled up to a multiple of {@link #STEP} with whatever the memory holds, rows
 * that nobody reads. So there are {@code ROWS / STEP} products for each number of inputs and each
 * width of panel: for BERT-base sixteen, all compiled when the weights are packed.
 *
 * <p>In float32 the same code runs on any x86 processor, for tests.
 */
final class OneDnnProducts implements Bf16Products {
  /** Rows by which the compiled products differ. */
  static final int STEP = 16;

  final int type;
  final RowMath math = RowMath.fastest();
  final dnnl_engine engine = new dnnl_engine();
  private final dnnl_stream stream = new dnnl_stream();
  private final Map<Shape, OneDnnMatmul[]> products = new HashMap<>();
  private final List<OneDnnPanel[]> weights = new ArrayList<>();
  private final List<OneDnnBlock> blocks = new ArrayList<>();

  /** What a panel's products have in common. */
  private record Shape(int inputs, int width) {}

  /**
   * Opens oneDNN. ND4J must have started.
   *
   * @param type dnnl_bf16, or dnnl_f32 for sources and weights that are not rounded
   */
  OneDnnProducts(int type) {
    this.type = type;
    OneDnn.check(dnnl.dnnl_engine_create(engine, dnnl.dnnl_cpu, 0), "the CPU");
    OneDnn.check(
        dnnl.dnnl_stream_create(stream, engine, dnnl.dnnl_stream_default_flags), "a stream");
  }

  int typeBytes() {
    return type == dnnl.dnnl_bf16 ? Short.BYTES : Float.BYTES;
  }

  /** Which of the compiled products takes so many rows. */
  static int size(int rows) {
    return (rows - 1) / STEP;
  }

  @Override
  public int pack(Floats weight, int outputs, int inputs) {
    return OneDnn.singleThreaded(
        () -> {
          OneDnnPanel[] panels = new OneDnnPanel[Bf16Products.panels(outputs)];
          for (int i = 0; i < panels.length; i++) {
            int width = Bf16Products.width(i, outputs);
            OneDnnMatmul[] all = products.computeIfAbsent(new Shape(inputs, width), this::compile);
            for (OneDnnMatmul product : all) {
              blocks.forEach(block -> block.reserve(inputs, product.scratchBytes()));
            }
            panels[i] =
                new OneDnnPanel(
                    engine, stream, weight.at((long) i * PANEL * inputs), inputs, width, all);
          }
          weights.add(panels);
          return weights.size() - 1;
        });
  }

  /** The largest decides on the order of the weights. */
  private OneDnnMatmul[] compile(Shape shape) {
    OneDnnMatmul[] all = new OneDnnMatmul[ROWS / STEP];
    OneDnnMatmul largest = null;
    for (int i = all.length - 1; i >= 0; i--) {
      all[i] = new OneDnnMatmul(engine, type, (i + 1) * STEP, shape.inputs, shape.width, largest);
      largest = all[all.length - 1];
    }
    return all;
  }

  OneDnnPanel panel(int weight, int panel) {
    return weights.get(weight)[panel];
  }

  /** The names of oneDNN's implementations in use. */
  List<String> implementations() {
    return products.values().stream()
        .flatMap(Arrays::stream)
        .map(OneDnnMatmul::implementation)
        .distinct()
        .toList();
  }

  /** To be called before weights are packed. */
  @Override
  public Block newBlock() {
    OneDnnBlock block = new OneDnnBlock(this);
    blocks.add(block);
    return block;
  }

  @Override
  public long bytes() {
    long bytes = blocks.stream().mapToLong(OneDnnBlock::bytes).sum();
    for (OneDnnPanel[] panels : weights) {
      for (OneDnnPanel panel : panels) {
        bytes += panel.values.length;
      }
    }
    return bytes;
  }

  @Override
  public void close() {
    blocks.forEach(OneDnnBlock::close);
    for (OneDnnPanel[] panels : weights) {
      for (OneDnnPanel panel : panels) {
        panel.close();
      }
    }
    for (OneDnnMatmul[] all : products.values()) {
      for (OneDnnMatmul product : all) {
        product.close();
      }
    }
    dnnl.dnnl_stream_destroy(stream);
    dnnl.dnnl_engine_destroy(engine);
  }
}

package org.javatron.kernels;

import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;

/** One thread's rows, results and scratch memory, and the calls that use them. */
final class OneDnnBlock implements Bf16Products.Block {
  private final OneDnnProducts owner;
  private final dnnl_stream stream = new dnnl_stream();
  private final Map<OneDnnMatmul, OneDnnCall> calls = new HashMap<>();
  private final AlignedBytes result =
      new AlignedBytes((long) Bf16Products.ROWS * Bf16Products.PANEL * Float.BYTES);
  private final FloatBuffer results = result.buffer().asFloatBuffer();
  private AlignedBytes source = new AlignedBytes(1);
  private AlignedBytes scratch = new AlignedBytes(1);
  private float[] row = {};
  private short[] rounded = {};
  private int rows;
  private int width;

  OneDnnBlock(OneDnnProducts owner) {
    this.owner = owner;
    OneDnn.check(
        dnnl.dnnl_stream_create(stream, owner.engine, dnnl.dnnl_stream_default_flags), "a stream");
  }

  /** Makes room for rows of so many inputs and for a product's scratch memory. */
  void reserve(int inputs, long scratchBytes) {
    source = atLeast(source, (long) Bf16Products.ROWS * inputs * owner.typeBytes());
    scratch = atLeast(scratch, scratchBytes);
    if (row.length < inputs) {
      row = new float[inputs];
      rounded = new short[inputs];
    }
  }

  private static AlignedBytes atLeast(AlignedBytes old, long length) {
    if (old.length >= length) {
      return old;
    }
    old.free();
    return new AlignedBytes(length);
  }

  @Override
  public void load(Floats x, long at, int rows, int inputs) {
    this.rows = rows;
    ShortBuffer shorts = source.buffer().asShortBuffer();
    FloatBuffer floats = source.buffer().asFloatBuffer();
    for (int r = 0; r < rows; r++) {
      x.read(at + (long) r * inputs, row, 0, inputs);
      if (owner.type == dnnl.dnnl_bf16) {
        owner.math.toBfloat16(row, rounded, inputs);
        shorts.put(r * inputs, rounded, 0, inputs);
      } else {
        floats.put(r * inputs, row, 0, inputs);
      }
    }
  }

  @Override
  public void multiply(int weight, int panel) {
    OneDnnPanel right = owner.panel(weight, panel);
    OneDnnMatmul product = right.products[OneDnnProducts.size(rows)];
    width = right.width;
    calls
        .computeIfAbsent(product, p -> new OneDnnCall(owner.engine, p))
        .run(stream, source, right, result, scratch);
  }

  @Override
  public void read(int row, float[] to) {
    results.get(row * width, to, 0, width);
  }

  long bytes() {
    return source.length + result.length + scratch.length;
  }

  void close() {
    calls.values().forEach(OneDnnCall::close);
    dnnl.dnnl_stream_destroy(stream);
    source.free();
    result.free();
    scratch.free();
  }
}

package org.javatron.kernels;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;

/** Some rows of a weight (columns of the result), rounded and in oneDNN's own order. */
final class OneDnnPanel {
  final int width;
  final OneDnnMatmul[] products;
  final dnnl_memory memory = new dnnl_memory();
  final AlignedBytes values;

  /**
   * Takes a copy.
   *
   * @param weight float32 [width, inputs]
   * @param products for each number of rows, all with the same order of the weights
   */
  OneDnnPanel(
      dnnl_engine engine,
      dnnl_stream stream,
      Pointer weight,
      int inputs,
      int width,
      OneDnnMatmul[] products) {
    this.width = width;
    this.products = products;
    values = new AlignedBytes(products[0].weightBytes());
    OneDnn.check(
        dnnl.dnnl_memory_create(memory, products[0].weights, engine, values.pointer), "weights");
    dnnl_memory_desc plain = new dnnl_memory_desc();
    dnnl_memory from = new dnnl_memory();
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    dnnl_primitive reorder = new dnnl_primitive();
    OneDnnMatmul.describe(plain, inputs, width, dnnl.dnnl_f32, dnnl.dnnl_ba);
    OneDnn.check(dnnl.dnnl_memory_create(from, plain, engine, weight), "weights");
    OneDnn.check(
        dnnl.dnnl_reorder_primitive_desc_create(
            description, plain, engine, products[0].weights, engine, (dnnl_primitive_attr) null),
        "an order of weights");
    OneDnn.check(dnnl.dnnl_primitive_create(reorder, description), "an order of weights");
    try (dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(2)) {
      arguments.getPointer(0).arg(dnnl.DNNL_ARG_FROM).memory(from);
      arguments.getPointer(1).arg(dnnl.DNNL_ARG_TO).memory(memory);
      OneDnn.check(dnnl.dnnl_primitive_execute(reorder, stream, 2, arguments), "ordering weights");
      OneDnn.check(dnnl.dnnl_stream_wait(stream), "ordering weights");
    }
    dnnl.dnnl_primitive_destroy(reorder);
    dnnl.dnnl_primitive_desc_destroy(description);
    dnnl.dnnl_memory_destroy(from);
    dnnl.dnnl_memory_desc_destroy(plain);
  }

  void close() {
    dnnl.dnnl_memory_destroy(memory);
    values.free();
  }
}

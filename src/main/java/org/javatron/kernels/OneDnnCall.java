package org.javatron.kernels;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;

/** A product as one thread calls it, with that thread's memory. */
final class OneDnnCall {
  private final OneDnnMatmul product;
  private final dnnl_memory source = new dnnl_memory();
  private final dnnl_memory result = new dnnl_memory();
  private final dnnl_memory scratch = new dnnl_memory();
  private final dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(4);
  private final dnnl_exec_arg_t weights = arguments.getPointer(1);

  OneDnnCall(dnnl_engine engine, OneDnnMatmul product) {
    this.product = product;
    create(engine, source, product.source);
    create(engine, result, product.result);
    create(engine, scratch, product.scratch);
    arguments.getPointer(0).arg(dnnl.DNNL_ARG_SRC).memory(source);
    weights.arg(dnnl.DNNL_ARG_WEIGHTS);
    arguments.getPointer(2).arg(dnnl.DNNL_ARG_DST).memory(result);
    arguments.getPointer(3).arg(dnnl.DNNL_ARG_SCRATCHPAD).memory(scratch);
  }

  private static void create(dnnl_engine engine, dnnl_memory memory, dnnl_memory_desc form) {
    Pointer none = null; // DNNL_MEMORY_NONE: run says where it is
    OneDnn.check(dnnl.dnnl_memory_create(memory, form, engine, none), "memory");
  }

  /** Computes {@code result = source · panel}. */
  void run(
      dnnl_stream stream,
      AlignedBytes from,
      OneDnnPanel panel,
      AlignedBytes to,
      AlignedBytes spare) {
    weights.memory(panel.memory);
    OneDnn.check(dnnl.dnnl_memory_set_data_handle(source, from.pointer), "memory");
    OneDnn.check(dnnl.dnnl_memory_set_data_handle(result, to.pointer), "memory");
    OneDnn.check(dnnl.dnnl_memory_set_data_handle(scratch, spare.pointer), "memory");
    OneDnn.check(
        dnnl.dnnl_primitive_execute(product.primitive, stream, 4, arguments), "multiplying");
    OneDnn.check(dnnl.dnnl_stream_wait(stream), "multiplying");
  }

  void close() {
    arguments.deallocate();
    dnnl.dnnl_memory_destroy(source);
    dnnl.dnnl_memory_destroy(result);
    dnnl.dnnl_memory_destroy(scratch);
  }
}

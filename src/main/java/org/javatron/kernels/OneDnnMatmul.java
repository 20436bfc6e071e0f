package org.javatron.kernels;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * One of oneDNN's compiled products: so many rows of so many inputs with a panel of weights. Its
 * scratch memory is the caller's, so any number of threads may run it.
 */
final class OneDnnMatmul {
  final dnnl_memory_desc source = new dnnl_memory_desc();
  final dnnl_memory_desc weights;
  final dnnl_memory_desc result = new dnnl_memory_desc();
  final dnnl_memory_desc scratch;
  final dnnl_primitive primitive = new dnnl_primitive();
  private final dnnl_primitive_desc description = new dnnl_primitive_desc();

  /**
   * Compiles the product.
   *
   * @param type of source and weights; the result is float32
   * @param like a product with the same weights, whose order is kept; null for the best order
   */
  OneDnnMatmul(dnnl_engine engine, int type, int rows, int inputs, int width, OneDnnMatmul like) {
    describe(source, rows, inputs, type, dnnl.dnnl_ab);
    describe(result, rows, width, dnnl.dnnl_f32, dnnl.dnnl_ab);
    dnnl_memory_desc any = new dnnl_memory_desc();
    describe(any, inputs, width, type, dnnl.dnnl_format_tag_any);
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    OneDnn.check(dnnl.dnnl_primitive_attr_create(attributes), "attributes");
    OneDnn.check(
        dnnl.dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl.dnnl_scratchpad_mode_user),
        "scratch memory");
    OneDnn.check(
        dnnl.dnnl_matmul_primitive_desc_create(
            description,
            engine,
            source,
            like == null ? any : like.weights,
            null,
            result,
            attributes),
        "a product");
    OneDnn.check(dnnl.dnnl_primitive_create(primitive, description), "a product");
    dnnl.dnnl_primitive_attr_destroy(attributes);
    dnnl.dnnl_memory_desc_destroy(any);
    weights = dnnl.dnnl_primitive_desc_query_md(description, dnnl.dnnl_query_weights_md, 0);
    scratch = dnnl.dnnl_primitive_desc_query_md(description, dnnl.dnnl_query_scratchpad_md, 0);
  }

  /** Describes a matrix; to be destroyed. */
  static void describe(dnnl_memory_desc matrix, int rows, int columns, int type, int order) {
    OneDnn.check(
        dnnl.dnnl_memory_desc_create_with_tag(matrix, 2, new long[] {rows, columns}, type, order),
        "a matrix");
  }

  /** Which of oneDNN's implementations was chosen. */
  String implementation() {
    PointerPointer<BytePointer> name = new PointerPointer<>(1);
    OneDnn.check(
        dnnl.dnnl_primitive_desc_query(description, dnnl.dnnl_query_impl_info_str, 0, name),
        "a name");
    return name.get(BytePointer.class, 0).getString();
  }

  /** What the weights take in the order they are to have. */
  long weightBytes() {
    return dnnl.dnnl_memory_desc_get_size(weights);
  }

  /** Scratch memory that a thread needs to run this. */
  long scratchBytes() {
    return dnnl.dnnl_memory_desc_get_size(scratch);
  }

  void close() {
    dnnl.dnnl_primitive_destroy(primitive);
    dnnl.dnnl_primitive_desc_destroy(description);
    dnnl.dnnl_memory_desc_destroy(source);
    dnnl.dnnl_memory_desc_destroy(result);
  }
}

package org.javatron.kernels;

/**
 * How activations are kept and multiplied; the CPU kernels keep float32 and round what they
 * multiply. Parameters, LayerNorm, softmax, losses and the optimiser are float32 in each, and
 * products are summed in float32.
 */
public enum Precision {
  /** float32: 24 bits of mantissa. */
  FP32,
  /** bfloat16: float32's range with 8 bits of mantissa. */
  BF16,
  /** float16: 11 bits of mantissa, largest value 65,504. */
  FP16
}

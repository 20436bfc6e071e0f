package org.javatron.kernels;

/** Which implementation computes the ops. */
public enum KernelSet {
  /** Plain ND4J calls: slow, obvious, on any ND4J backend. */
  REFERENCE,
  /** OpenBLAS and the Vector API over tiles that stay in a core's cache. */
  CPU,
  /** An NVIDIA GPU: cuBLASLt for the products, small CUDA programs for the rest. */
  CUDA
}

/**
 * How an op is computed. {@link org.javatron.kernels.Kernels} has one method an op: {@link
 * org.javatron.kernels.Nd4jKernels} is the plain reference, {@link org.javatron.kernels.CpuKernels}
 * the fast one, on {@link org.javatron.kernels.Blas} (in bfloat16 on oneDNN), {@link
 * org.javatron.kernels.Workers} and {@link org.javatron.kernels.RowMath}, the arithmetic on plain
 * arrays, written for readers in {@link org.javatron.kernels.ScalarRowMath} and with the CPU's
 * vectors in {@code kernels.vector}.
 */
package org.javatron.kernels;

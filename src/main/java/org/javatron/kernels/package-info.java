/**
 * How an op is computed. {@link org.javatron.kernels.RowMath} is the arithmetic on plain arrays,
 * written for readers in {@link org.javatron.kernels.ScalarRowMath} and with the CPU's vectors in
 * {@code kernels.vector}.
 */
package org.javatron.kernels;

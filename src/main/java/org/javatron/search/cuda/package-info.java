/**
 * Exact search on an NVIDIA GPU: {@link org.javatron.search.cuda.CudaSearcher}. Tensor cores
 * multiply vectors rounded to half precision, which selects candidates with a margin for all that
 * rounding can do; the candidates are scored in double precision. The kernels, and the proof that
 * the margin suffices, are in {@code org/javatron/kernels/cuda/search.cu}.
 *
 * <p>Loaded by name, so that nothing else needs CUDA.
 */
package org.javatron.search.cuda;

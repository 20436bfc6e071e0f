/**
 * The ops on an NVIDIA GPU: cuBLASLt for the matrix products, CUDA kernels of our own for what
 * stands between them. {@link org.javatron.kernels.cuda.CudaDevice} is the GPU, {@link
 * org.javatron.kernels.cuda.CudaArray} memory on it, {@link org.javatron.kernels.cuda.CudaProgram}
 * a file of kernels ({@code .cu}, among the resources of this package) compiled for the GPU that is
 * there, {@link org.javatron.kernels.cuda.CudaProducts} the products.
 *
 * <p>The only code that names CUDA. Its bindings come with Maven's profile {@code cublaslt}; the
 * libraries of CUDA 13 (runtime, cuBLAS, NVRTC) and the driver are the machine's.
 */
package org.javatron.kernels.cuda;

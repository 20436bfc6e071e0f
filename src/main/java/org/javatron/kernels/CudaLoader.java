package org.javatron.kernels;

import java.lang.reflect.InvocationTargetException;

/** Opens the CUDA kernels by name: a build without them must load, and say so. */
final class CudaLoader {
  private CudaLoader() {}

  static Kernels<?> open(Precision precision) {
    try {
      return (Kernels<?>)
          Class.forName("org.javatron.kernels.cuda.CudaKernels")
              .getConstructor(Precision.class)
              .newInstance(precision);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException("the CUDA kernels failed to start", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this build has no CUDA kernels", e);
    }
  }
}

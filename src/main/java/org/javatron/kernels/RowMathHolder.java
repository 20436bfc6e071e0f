package org.javatron.kernels;

import java.lang.reflect.InvocationTargetException;

/** Chooses the implementation once, when it is first asked for. */
final class RowMathHolder {
  static final RowMath FASTEST = choose();

  private RowMathHolder() {}

  private static RowMath choose() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return new ScalarRowMath();
    }
    try {
      // By name: this class must load where the incubating module is absent.
      return (RowMath)
          Class.forName("org.javatron.kernels.vector.VectorRowMath").getConstructor().newInstance();
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("the vector kernels failed to start", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the vector kernels are missing from this build", e);
    }
  }
}

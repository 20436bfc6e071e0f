package org.javatron.kernels.cuda;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.javatron.kernels.DropoutRule;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Memory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Lets one call, written for ND4J's float32 arrays, run on any kernels: arrays are translated
 * before each call and outputs translated back after it.
 */
final class TranslatedKernels<A> implements InvocationHandler {
  /** How arrays are translated. */
  interface Translation<A> {
    A there(INDArray array, Memory.Kind kind);

    /** Fills an array with the values of its translation, which is of no more use. */
    void back(A from, INDArray to);
  }

  private final Kernels<A> kernels;
  private final Translation<A> translation;
  private final Map<INDArray, Memory.Kind> kinds;

  private TranslatedKernels(
      Kernels<A> kernels, Translation<A> translation, Map<INDArray, Memory.Kind> kinds) {
    this.kernels = kernels;
    this.translation = translation;
    this.kinds = kinds;
  }

  /**
   * Kernels for ND4J's arrays.
   *
   * @param kinds what each array is for, by identity
   */
  @SuppressWarnings("unchecked")
  static <A> Kernels<INDArray> of(
      Kernels<A> kernels, Translation<A> translation, Map<INDArray, Memory.Kind> kinds) {
    return (Kernels<INDArray>)
        Proxy.newProxyInstance(
            Kernels.class.getClassLoader(),
            new Class<?>[] {Kernels.class},
            new TranslatedKernels<>(kernels, translation, kinds));
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    Map<INDArray, A> translated = new IdentityHashMap<>();
    Object[] there =
        arguments == null
            ? null
            : Arrays.stream(arguments).map(a -> translate(a, translated)).toArray();
    try {
      Object result = method.invoke(kernels, there);
      translated.forEach((array, copy) -> translation.back(copy, array));
      return result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private Object translate(Object argument, Map<INDArray, A> translated) {
    if (argument instanceof INDArray array) {
      return translated.computeIfAbsent(array, a -> translation.there(a, kinds.get(a)));
    }
    if (argument instanceof DropoutRule<?> rule && rule.drops()) {
      A keys = translation.there((INDArray) rule.keys(), Memory.Kind.LONG);
      return new DropoutRule<>(rule.probability(), rule.site(), keys);
    }
    if (argument instanceof List<?> list) {
      List<Object> there = new ArrayList<>();
      list.forEach(element -> there.add(translate(element, translated)));
      return there;
    }
    return argument;
  }

  /** To float64 and back. */
  static final class ToDouble implements Translation<INDArray> {
    @Override
    public INDArray there(INDArray array, Memory.Kind kind) {
      return array.dataType() == DataType.FLOAT ? array.castTo(DataType.DOUBLE) : array;
    }

    @Override
    public void back(INDArray from, INDArray to) {
      if (from != to) {
        to.assign(from);
      }
    }
  }

  /** To a GPU and back. */
  static final class ToGpu implements Translation<CudaArray> {
    private final Memory<CudaArray> memory;

    ToGpu(Memory<CudaArray> memory) {
      this.memory = memory;
    }

    @Override
    public CudaArray there(INDArray array, Memory.Kind kind) {
      CudaArray copy = memory.allocate(kind, array.shape());
      int count = (int) array.length();
      switch (kind) {
        case INT -> memory.put(copy, array.toIntVector(), count);
        case LONG -> memory.put(copy, array.toLongVector(), count);
        default -> memory.put(copy, values(array), 0, count);
      }
      return copy;
    }

    @Override
    public void back(CudaArray from, INDArray to) {
      if (to.dataType() == DataType.FLOAT) {
        float[] values = new float[(int) to.length()];
        memory.get(from, values, 0, values.length);
        to.assign(Nd4j.create(values, to.shape(), 'c'));
      }
      memory.free(from);
    }

    private static float[] values(INDArray array) {
      FloatBuffer buffer = array.data().asNioFloat();
      float[] values = new float[(int) array.length()];
      buffer.get(values);
      return values;
    }
  }
}

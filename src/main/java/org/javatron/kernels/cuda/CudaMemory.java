package org.javatron.kernels.cuda;

import java.nio.FloatBuffer;
import org.javatron.kernels.Memory;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A GPU's memory. Parameters are float32; where activations are shorter, a parameter that products
 * read has a copy of their type beside it, made when the first product asks for it and renewed
 * whenever the parameter changes.
 */
final class CudaMemory implements Memory<CudaArray> {
  private final CudaDevice device;
  private final CudaType activations;

  CudaMemory(CudaDevice device, CudaType activations) {
    this.device = device;
    this.activations = activations;
  }

  CudaType type(Kind kind) {
    return switch (kind) {
      case ACTIVATION -> activations;
      case FLOAT -> CudaType.FLOAT32;
      case INT -> CudaType.INT32;
      case LONG -> CudaType.INT64;
    };
  }

  @Override
  public CudaArray allocate(Kind kind, long... shape) {
    return device.allocate(type(kind), shape);
  }

  @Override
  public CudaArray view(CudaArray array, long... shape) {
    return array.view(0, shape);
  }

  @Override
  public CudaArray parameter(INDArray values) {
    CudaArray array = device.allocate(CudaType.FLOAT32, values.shape());
    array.put(values.data().addressPointer(), array.length() * Float.BYTES);
    array.parameter = new CudaParameter(array);
    return array;
  }

  @Override
  public long[] shape(CudaArray array) {
    return array.shape();
  }

  @Override
  public void put(CudaArray array, int[] values, int count) {
    array.put(values, 0, count);
  }

  @Override
  public void put(CudaArray array, long[] values, int count) {
    array.put(values, 0, count);
  }

  @Override
  public void put(CudaArray array, float[] values, int from, int count) {
    array.put(values, from, count);
  }

  @Override
  public void get(CudaArray array, float[] values, int from, int count) {
    array.get(values, from, count);
  }

  @Override
  public FloatBuffer values(CudaArray array) {
    float[] values = new float[Math.toIntExact(array.length())];
    array.get(values, 0, values.length);
    return FloatBuffer.wrap(values);
  }

  @Override
  public void set(CudaArray array, FloatBuffer values) {
    array.put(values);
    changed(array);
  }

  /** Where a parameter's values were written other than by AdamW. */
  private static void changed(CudaArray array) {
    if (array.parameter != null) {
      array.parameter.renew();
    }
  }

  @Override
  public void zero(CudaArray array) {
    array.fill(0);
    changed(array);
  }

  @Override
  public void copy(CudaArray from, CudaArray to) {
    to.assign(from);
    changed(to);
  }

  @Override
  public long bytes(Kind kind, long length) {
    return length * type(kind).bytes();
  }

  @Override
  public void require(long bytes) {
    long free = device.freeBytes();
    if (bytes > free) {
      throw new CudaException(
          "batches of this size take %d MB, %d MB of the GPU's memory are left: make them smaller"
              .formatted(bytes >> 20, free >> 20));
    }
  }

  @Override
  public void free(CudaArray array) {
    array.close();
  }
}

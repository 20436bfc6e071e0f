package org.javatron.kernels;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J's arrays; activations are float32. */
final class Nd4jMemory implements Memory<INDArray> {
  @Override
  public INDArray allocate(Kind kind, long... shape) {
    return Nd4j.createUninitialized(type(kind), shape);
  }

  private static DataType type(Kind kind) {
    return switch (kind) {
      case ACTIVATION, FLOAT -> DataType.FLOAT;
      case INT -> DataType.INT32;
      case LONG -> DataType.INT64;
    };
  }

  @Override
  public INDArray view(INDArray array, long... shape) {
    return Nd4j.create(array.data(), shape, Nd4j.getStrides(shape, 'c'), 0, 'c');
  }

  @Override
  public INDArray parameter(INDArray values) {
    return values;
  }

  @Override
  public long[] shape(INDArray array) {
    return array.shape();
  }

  @Override
  public void put(INDArray array, int[] values, int count) {
    new IntPointer(array.data().addressPointer()).put(values, 0, count);
  }

  @Override
  public void put(INDArray array, long[] values, int count) {
    new LongPointer(array.data().addressPointer()).put(values, 0, count);
  }

  @Override
  public void put(INDArray array, float[] values, int from, int count) {
    new FloatPointer(array.data().addressPointer()).put(values, from, count);
  }

  @Override
  public void get(INDArray array, float[] values, int from, int count) {
    new FloatPointer(array.data().addressPointer()).get(values, from, count);
  }

  @Override
  public FloatBuffer values(INDArray array) {
    return new FloatPointer(array.data().addressPointer()).capacity(array.length()).asBuffer();
  }

  @Override
  public void set(INDArray array, FloatBuffer values) {
    values(array).put(values.duplicate());
  }

  @Override
  public void zero(INDArray array) {
    Pointer.memset(array.data().addressPointer(), 0, array.length() * array.dataType().width());
  }

  @Override
  public void copy(INDArray from, INDArray to) {
    to.assign(from);
  }

  @Override
  public long bytes(Kind kind, long length) {
    return length * type(kind).width();
  }

  @Override
  public void require(long bytes) {
    long most = Pointer.maxPhysicalBytes(); // 0: no limit
    long left = most - Pointer.physicalBytes();
    if (most > 0 && bytes > left) {
      throw new OutOfMemoryError(
          "batches of this size take %d MB, %d MB are left: make them smaller"
              .formatted(bytes >> 20, Math.max(0, left) >> 20));
    }
  }

  @Override
  public void free(INDArray array) {
    array.close();
  }
}

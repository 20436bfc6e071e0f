package org.javatron.kernels;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * ND4J's arrays. Where ND4J computes on a GPU an array has two copies, of which ND4J tracks the
 * newer one as long as it is told when Java reads or writes the copy in this machine's memory; on
 * the CPU there is one, and telling does nothing.
 */
final class Nd4jMemory implements Memory<INDArray> {
  private final DataType activations;

  /** Memory whose activations are of a type, float32 or a shorter float. */
  Nd4jMemory(DataType activations) {
    this.activations = activations;
  }

  @Override
  public INDArray allocate(Kind kind, long... shape) {
    return Nd4j.createUninitialized(type(kind), shape);
  }

  private DataType type(Kind kind) {
    return switch (kind) {
      case ACTIVATION -> activations;
      case FLOAT -> DataType.FLOAT;
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

  /** The copy in this machine's memory, up to date. */
  private static Pointer read(INDArray array) {
    Nd4j.getAffinityManager().ensureLocation(array, Location.HOST);
    return array.data().addressPointer();
  }

  /** From now on the copy in this machine's memory is the newer one. */
  private static void written(INDArray array) {
    Nd4j.getAffinityManager().tagLocation(array, Location.HOST);
  }

  @Override
  public void put(INDArray array, int[] values, int count) {
    new IntPointer(read(array)).put(values, 0, count);
    written(array);
  }

  @Override
  public void put(INDArray array, long[] values, int count) {
    new LongPointer(read(array)).put(values, 0, count);
    written(array);
  }

  @Override
  public void put(INDArray array, float[] values, int from, int count) {
    new FloatPointer(read(array)).put(values, from, count);
    written(array);
  }

  @Override
  public void get(INDArray array, float[] values, int from, int count) {
    new FloatPointer(read(array.castTo(DataType.FLOAT))).get(values, from, count);
  }

  @Override
  public FloatBuffer values(INDArray array) {
    return new FloatPointer(read(array)).capacity(array.length()).asBuffer();
  }

  @Override
  public void set(INDArray array, FloatBuffer values) {
    values(array).put(values.duplicate());
    written(array);
  }

  @Override
  public void zero(INDArray array) {
    array.assign(0);
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
    if (Device.ofNd4j() == Device.CUDA) {
      Nd4jCuda.require(bytes);
    }
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

package org.javatron.embeddings;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a vector of 768 values take from one type to another? In the package of what it
 * measures.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ConversionBenchmark {
  private static final int DIM = 768;

  private final float[] values = new float[DIM];
  private final short[] halves = new short[DIM];
  private final byte[] codes = new byte[DIM];
  private final double[] vector = new double[DIM];
  private final Rotation rotation = new Rotation(DIM, 1);
  private final double[] rotated = new double[rotation.size()];
  private final Int8Code code = new Int8Code();

  /** A seeded vector in every type. */
  @Setup
  public void make() {
    Random random = new Random(1);
    for (int i = 0; i < DIM; i++) {
      values[i] = (float) random.nextGaussian();
      vector[i] = values[i];
      halves[i] = Half.fromFloat(values[i]);
    }
  }

  /**
   * float16 to float32, as a search reads embeddings of half the size.
   *
   * @return the values
   */
  @Benchmark
  public float[] widen() {
    for (int i = 0; i < DIM; i++) {
      values[i] = Half.toFloat(halves[i]);
    }
    return values;
  }

  /**
   * float32 to float16, as {@code encode --dtype float16} writes.
   *
   * @return the halves
   */
  @Benchmark
  public short[] narrow() {
    for (int i = 0; i < DIM; i++) {
      halves[i] = Half.fromFloat(values[i]);
    }
    return halves;
  }

  /**
   * The rotation alone.
   *
   * @return the rotated vector
   */
  @Benchmark
  public double[] rotate() {
    rotation.apply(vector, 0, rotated, 0);
    return rotated;
  }

  /**
   * Rotation and codes, as {@code quantize} makes them of a vector on principal axes.
   *
   * @return the codes
   */
  @Benchmark
  public byte[] quantize() {
    rotation.apply(vector, 0, rotated, 0);
    code.set(rotated, 0, DIM, Int8Code.LIMIT, 0, codes, 0);
    return codes;
  }
}

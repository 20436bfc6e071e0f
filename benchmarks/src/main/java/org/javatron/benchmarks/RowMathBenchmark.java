package org.javatron.benchmarks;

import java.util.Random;
import org.javatron.kernels.RowMath;
import org.javatron.kernels.ScalarRowMath;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What do vectors buy in the loops between the matrix products? */
@State(Scope.Benchmark)
public class RowMathBenchmark {
  /** Values in a row: MiniLM's and BERT-base's hidden sizes. */
  @Param({"384", "768"})
  public int dim;

  /** Plain loops or the Vector API. */
  @Param({"scalar", "fastest"})
  public String implementation;

  private RowMath math;
  private float[] a;
  private float[] b;

  /** Seeded rows. */
  @Setup
  public void rows() {
    math = implementation.equals("scalar") ? new ScalarRowMath() : RowMath.fastest();
    Random random = new Random(1);
    a = new float[dim];
    b = new float[dim];
    for (int i = 0; i < dim; i++) {
      a[i] = random.nextFloat();
      b[i] = random.nextFloat();
    }
  }

  /**
   * One inner product.
   *
   * @return the product, for JMH to consume
   */
  @Benchmark
  public float dot() {
    return math.dot(a, 0, b, 0, dim);
  }
}

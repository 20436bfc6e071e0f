package org.javatron.benchmarks;

import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.javatron.kernels.Blas;
import org.javatron.kernels.Workers;

/**
 * What this machine gives right now: the rate of one plain product of BERT-base's widest layer,
 * [1024, 768] by [3072, 768] transposed, shared among the threads.
 */
final class SgemmRate implements AutoCloseable {
  private static final int ROWS = 1024;
  private static final int OUTPUTS = 3072;
  private static final int INPUTS = 768;
  private static final int TILE = 512;

  private final Workers workers;
  private final FloatPointer x = random(ROWS);
  private final FloatPointer weight = random(OUTPUTS);
  private final FloatPointer out = new FloatPointer((long) ROWS * OUTPUTS);

  SgemmRate(int threads) {
    workers = new Workers(threads);
  }

  private static FloatPointer random(int rows) {
    float[] values = new float[rows * INPUTS];
    Random random = new Random(rows);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return new FloatPointer(values);
  }

  /** GFLOP/s, the mean over half a second. */
  double measure() {
    once();
    long start = System.nanoTime();
    int runs = 0;
    while (System.nanoTime() - start < 500_000_000L) {
      once();
      runs++;
    }
    return 2.0 * ROWS * OUTPUTS * INPUTS * runs / (System.nanoTime() - start);
  }

  private void once() {
    int across = OUTPUTS / TILE;
    workers.run(
        ROWS / TILE * across,
        (tile, worker) -> {
          long row = (long) tile / across * TILE;
          long column = (long) tile % across * TILE;
          Blas.rowsTimesRows(
              TILE,
              TILE,
              INPUTS,
              1,
              x.getPointer(row * INPUTS),
              INPUTS,
              weight.getPointer(column * INPUTS),
              INPUTS,
              0,
              out.getPointer(row * OUTPUTS + column),
              OUTPUTS);
        });
  }

  @Override
  public void close() {
    workers.close();
    x.deallocate();
    weight.deallocate();
    out.deallocate();
  }
}

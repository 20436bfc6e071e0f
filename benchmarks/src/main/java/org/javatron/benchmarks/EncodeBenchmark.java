package org.javatron.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.javatron.kernels.KernelSet;
import org.javatron.model.Encoder;
import org.javatron.model.EncoderOptions;
import org.javatron.weights.BertConfig;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How near does encoding come to what a plain matrix product reaches on this machine? After each
 * iteration it prints tokens/s, GFLOP/s of useful work and the share of the product's rate, which
 * is measured just before the iteration (a machine shared with others changes by the second). The
 * models have random weights; they are made once below {@code target/encode-benchmark}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "-Xmx1g",
      "-Dorg.bytedeco.javacpp.maxbytes=2g",
      "-Dorg.bytedeco.javacpp.maxphysicalbytes=8g",
      "--add-modules=jdk.incubator.vector"
    })
public class EncodeBenchmark {
  /** The shape of bert-base-uncased or of all-MiniLM-L6-v2. */
  @Param({"base", "minilm"})
  public String model;

  /** Tokens of each sequence. */
  @Param({"16", "32", "64", "128", "256", "512"})
  public int length;

  /** Tokens of a batch: one sequence where it is no longer than that. */
  @Param("2048")
  public int batchTokens;

  /** Threads that compute. */
  @Param("2")
  public int threads;

  /** CPU or REFERENCE. */
  @Param("CPU")
  public KernelSet kernels;

  private final List<int[]> batch = new ArrayList<>();
  private Encoder encoder;
  private SgemmRate sgemm;
  private float[] out;
  private double batchFlops;
  private double sgemmRate;
  private int batches;
  private long started;

  /**
   * Makes the model if it is missing, and a seeded batch.
   *
   * @throws IOException if the model cannot be written or read
   */
  @Setup
  public void open() throws IOException {
    BertConfig config = model.equals("base") ? RandomBert.BASE : RandomBert.MINI_LM;
    Path directory = RandomBert.make(Path.of("target/encode-benchmark", model), config);
    EncoderOptions options = new EncoderOptions(threads, batchTokens, kernels);
    encoder = Encoder.open(directory, Encoder.Side.PASSAGE, options);
    sgemm = new SgemmRate(threads);
    Random random = new Random(1);
    int sequences = Math.max(1, batchTokens / length);
    for (int i = 0; i < sequences; i++) {
      batch.add(random.ints(length, 0, config.vocabSize()).toArray());
    }
    out = new float[sequences * encoder.dim()];
    batchFlops = sequences * RandomBert.flops(config, length);
  }

  /** Measures the plain product. */
  @Setup(Level.Iteration)
  public void start() {
    sgemmRate = sgemm.measure();
    batches = 0;
    started = System.nanoTime();
  }

  /**
   * One batch.
   *
   * @return the vectors, for JMH to consume
   */
  @Benchmark
  public float[] encode() {
    encoder.encode(batch, out, 0);
    batches++;
    return out;
  }

  /** Prints the rates of the iteration. */
  @TearDown(Level.Iteration)
  public void report() {
    double nanos = System.nanoTime() - started;
    double rate = batchFlops * batches / nanos;
    System.out.printf(
        Locale.ROOT,
        "%,.0f tokens/s, %.1f GFLOP/s, %.0f %% of sgemm's %.1f: ",
        1e9 * batches * batch.size() * length / nanos,
        rate,
        100 * rate / sgemmRate,
        sgemmRate);
  }

  /** Gives the memory back. */
  @TearDown
  public void close() {
    encoder.close();
    sgemm.close();
  }
}

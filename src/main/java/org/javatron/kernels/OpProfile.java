package org.javatron.kernels;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where the time goes: seconds, calls and operations of each op of the kernels it is put around.
 *
 * <p>The kernels of processors return when their work is done, so the time of a call is the time of
 * the op. Work on a GPU goes on after the call, which is why its kernels are not profiled here.
 * Cost: two looks at the clock a call, some hundredths of a percent. Thread-safe.
 */
public final class OpProfile {
  /** What is told before the first batch computes nothing. */
  private static final Set<String> TOLD = Set.of("linearWeight", "largestPass");

  private final Map<String, Row> rows = new ConcurrentHashMap<>();

  /** An empty profile. */
  public OpProfile() {}

  /**
   * What is known of an op.
   *
   * @param op its name, a method of {@link Kernels}
   * @param calls how often it ran
   * @param seconds wall time of all calls
   * @param flops multiplications and additions of its matrix products; 0 for an op without
   */
  public record Row(String op, long calls, double seconds, double flops) {
    Row plus(Row other) {
      return new Row(op, calls + other.calls, seconds + other.seconds, flops + other.flops);
    }
  }

  /**
   * Kernels that are timed.
   *
   * @param kernels closed with the kernels given back
   * @return the same results, recorded here
   */
  @SuppressWarnings("unchecked") // the proxy passes on what the caller's type lets through
  Kernels<INDArray> around(Kernels<INDArray> kernels) {
    return (Kernels<INDArray>)
        Proxy.newProxyInstance(
            Kernels.class.getClassLoader(),
            new Class<?>[] {Kernels.class},
            (proxy, method, arguments) -> {
              long begun = System.nanoTime();
              try {
                return method.invoke(kernels, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              } finally {
                // What only asks (memory, scratchBytes), sets or ends has no arguments.
                if (arguments != null && !TOLD.contains(method.getName())) {
                  double seconds = (System.nanoTime() - begun) / 1e9;
                  String op = method.getName();
                  rows.merge(op, new Row(op, 1, seconds, flops(op, arguments)), Row::plus);
                }
              }
            });
  }

  private static double flops(String op, Object[] arguments) {
    return switch (op) {
      case "linear", "linearGelu" -> product(arguments);
      case "linearBackward" -> 2 * product(arguments); // one for x, one for the weight
      case "attention" -> 2 * scores(arguments);
      // The scores again, and four gradients.
      case "attentionBackward" -> 5 * scores(arguments);
      default -> 0;
    };
  }

  /** Of a linear layer: {@code 2 tokens inputs outputs}. */
  private static double product(Object[] arguments) {
    INDArray x = (INDArray) arguments[0];
    INDArray weight = (INDArray) arguments[1];
    return 2.0 * x.size(0) * weight.size(0) * weight.size(1);
  }

  /** Of the product of all queries and keys: {@code 2 h Σ n²} over the sequences' lengths n. */
  private static double scores(Object[] arguments) {
    double squares = 0;
    int[] offsets = ((INDArray) arguments[1]).toIntVector();
    for (int b = 1; b < offsets.length; b++) {
      squares += Math.pow(offsets[b] - offsets[b - 1], 2);
    }
    return 2 * squares * ((INDArray) arguments[0]).size(1) / 3;
  }

  /**
   * The ops so far.
   *
   * @return the one that took longest first
   */
  public List<Row> rows() {
    List<Row> sorted = new ArrayList<>(rows.values());
    sorted.sort(Comparator.comparingDouble(Row::seconds).reversed());
    return sorted;
  }

  /**
   * The profile as text for a terminal.
   *
   * @return a heading and a line an op, each with its end of line
   */
  public String table() {
    List<Row> sorted = rows();
    double all = sorted.stream().mapToDouble(Row::seconds).sum();
    StringBuilder table =
        new StringBuilder(
            String.format(
                "%-24s %8s %10s %7s %8s%n", "op", "calls", "seconds", "share", "GFLOP/s"));
    for (Row row : sorted) {
      String rate = row.flops == 0 ? "" : format("%.1f", row.flops / row.seconds / 1e9);
      table.append(
          format(
              "%-24s %8d %10.3f %6.1f%% %8s%n",
              row.op, row.calls, row.seconds, 100 * row.seconds / all, rate));
    }
    return table.toString();
  }

  private static String format(String form, Object... values) {
    return String.format(Locale.ROOT, form, values);
  }
}

package org.javatron.train;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * A figure over the steps, as it is drawn.
 *
 * @param steps ascending
 * @param values one for each step, finite
 */
public record Curve(double[] steps, double[] values) {
  /**
   * A figure of the log; what is not a number is left out.
   *
   * @param lines the log's lines
   * @param step a line's step
   * @param value a line's figure
   * @param <T> what a line is
   * @return the curve
   */
  public static <T> Curve of(List<T> lines, ToLongFunction<T> step, ToDoubleFunction<T> value) {
    List<T> drawn =
        lines.stream().filter(line -> Double.isFinite(value.applyAsDouble(line))).toList();
    return new Curve(
        drawn.stream().mapToDouble(line -> step.applyAsLong(line)).toArray(),
        drawn.stream().mapToDouble(value).toArray());
  }

  /**
   * Whether there is no point at all.
   *
   * @return true if so
   */
  public boolean isEmpty() {
    return steps.length == 0;
  }

  /**
   * With fewer points where there are more than a picture has pixels, each the mean of neighbours.
   *
   * @param most how many points are left at most, 1 or more
   * @return the curve
   */
  public Curve thinned(int most) {
    int n = steps.length;
    if (n <= most) {
      return this;
    }
    double[] fewerSteps = new double[most];
    double[] fewerValues = new double[most];
    for (int i = 0; i < most; i++) {
      int from = (int) ((long) n * i / most);
      int to = (int) ((long) n * (i + 1) / most);
      fewerSteps[i] = Arrays.stream(steps, from, to).average().orElseThrow();
      fewerValues[i] = Arrays.stream(values, from, to).average().orElseThrow();
    }
    return new Curve(fewerSteps, fewerValues);
  }

  /**
   * Each value's mean with its neighbours on both sides, a thirtieth of the curve together; nearer
   * the ends with fewer, as many on either side, so that nothing is shifted.
   *
   * @return the curve
   */
  public Curve smoothed() {
    int n = values.length;
    double[] sums = new double[n + 1];
    for (int i = 0; i < n; i++) {
      sums[i + 1] = sums[i] + values[i];
    }
    double[] means = new double[n];
    for (int i = 0; i < n; i++) {
      int around = Math.min(n / 60, Math.min(i, n - 1 - i));
      means[i] = (sums[i + around + 1] - sums[i - around]) / (2 * around + 1);
    }
    return new Curve(steps, means);
  }
}

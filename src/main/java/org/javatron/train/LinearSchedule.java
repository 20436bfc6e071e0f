package org.javatron.train;

/**
 * The learning rate over a training: up in a line from 0, then down in a line to 0 (Transformers'
 * {@code get_linear_schedule_with_warmup}).
 *
 * <pre>
 * rate(k) = peak · k / W               for k &lt; W, where k counts steps from 0
 * rate(k) = peak · (T - k) / (T - W)   after that
 * </pre>
 *
 * <p>The very first step hence changes no weight unless there is no warm-up.
 *
 * @param peak the highest rate
 * @param warmup W, steps of the way up
 * @param total T, steps of the training
 */
record LinearSchedule(double peak, long warmup, long total) {
  /** A schedule whose way up takes a part of all steps, rounded up. */
  static LinearSchedule withRatio(double peak, double warmupRatio, long total) {
    return new LinearSchedule(peak, (long) Math.ceil(warmupRatio * total), total);
  }

  /** The rate of step k, from 0. */
  double rate(long k) {
    if (k < warmup) {
      return peak * k / warmup;
    }
    return peak * Math.max(0, total - k) / Math.max(1, total - warmup);
  }
}

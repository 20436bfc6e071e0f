package org.javatron.recipe;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.javatron.train.Curve;

/**
 * A small line chart as the report's template draws it: paths and labelled ticks in the units of an
 * SVG of {@value #WIDTH} by {@value #HEIGHT}.
 *
 * <p>XChart, which draws the pictures of {@code plot}, needs fonts and fixed colours; a page that
 * follows the reader's light or dark mode takes both from its style sheet.
 *
 * @param title what is shown
 * @param lines the curves, the first one behind
 * @param points marked points, where there are few
 * @param xTicks labels below
 * @param yTicks labels at the left, with lines across
 */
record Chart(
    String title, List<Line> lines, List<Point> points, List<Tick> xTicks, List<Tick> yTicks) {
  /** A curve: its path and its class in the style sheet. */
  record Line(String path, String style) {}

  /** A marked point. */
  record Point(String x, String y) {}

  /** A label at a place. */
  record Tick(String at, String label) {}

  static final int WIDTH = 360;
  static final int HEIGHT = 200;
  static final int LEFT = 44;
  static final int RIGHT = 350;
  static final int TOP = 10;
  static final int BOTTOM = 172;

  private static final int MOST_POINTS = 600;

  /** The loss as it was logged and smoothed. */
  static Chart loss(Curve loss) {
    Scale scale = Scale.of(loss, false);
    return new Chart(
        "loss (nats)",
        List.of(
            scale.line(loss.thinned(MOST_POINTS), "pale"),
            scale.line(loss.smoothed().thinned(MOST_POINTS), "strong")),
        List.of(),
        scale.xTicks(),
        scale.yTicks());
  }

  /** MRR@10 on the held-out queries. */
  static Chart heldOut(Curve mrr) {
    Scale scale = Scale.of(mrr, false);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < mrr.steps().length && mrr.steps().length <= 50; i++) {
      points.add(new Point(number(scale.x(mrr.steps()[i])), number(scale.y(mrr.values()[i]))));
    }
    return new Chart(
        "MRR@10, held-out queries",
        List.of(scale.line(mrr.thinned(MOST_POINTS), "strong")),
        points,
        scale.xTicks(),
        scale.yTicks());
  }

  /** The learning rate, in units of a power of ten. */
  static Chart rate(Curve rate) {
    double most = Arrays.stream(rate.values()).max().orElseThrow();
    int exponent = most > 0 ? (int) Math.floor(Math.log10(most)) : 0;
    double[] scaled =
        Arrays.stream(rate.values()).map(value -> value / Math.pow(10, exponent)).toArray();
    Curve drawn = new Curve(rate.steps(), scaled);
    Scale scale = Scale.of(drawn, true);
    return new Chart(
        "learning rate, in units of 1e" + exponent,
        List.of(scale.line(drawn.thinned(MOST_POINTS), "strong")),
        List.of(),
        scale.xTicks(),
        scale.yTicks());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  /** From steps and figures to places. */
  private record Scale(double lastStep, double least, double most) {
    static Scale of(Curve curve, boolean fromZero) {
      double least = fromZero ? 0 : Arrays.stream(curve.values()).min().orElseThrow();
      double most = Arrays.stream(curve.values()).max().orElseThrow();
      double room = most > least ? 0.06 * (most - least) : Math.max(0.05 * Math.abs(most), 1e-9);
      double last = Math.max(1, curve.steps()[curve.steps().length - 1]);
      return new Scale(last, fromZero ? 0 : least - room, most + room);
    }

    double x(double step) {
      return LEFT + (RIGHT - LEFT) * step / lastStep;
    }

    double y(double value) {
      return BOTTOM - (BOTTOM - TOP) * (value - least) / (most - least);
    }

    Line line(Curve curve, String style) {
      StringBuilder path = new StringBuilder();
      for (int i = 0; i < curve.steps().length; i++) {
        path.append(i == 0 ? "M" : " L")
            .append(number(x(curve.steps()[i])))
            .append(' ')
            .append(number(y(curve.values()[i])));
      }
      return new Line(path.toString(), style);
    }

    List<Tick> xTicks() {
      List<Tick> ticks = new ArrayList<>();
      for (double value : round(0, lastStep)) {
        ticks.add(new Tick(number(x(value)), String.format(Locale.ROOT, "%,.0f", value)));
      }
      return ticks;
    }

    List<Tick> yTicks() {
      List<Tick> ticks = new ArrayList<>();
      for (double value : round(least, most)) {
        BigDecimal label = new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros();
        ticks.add(new Tick(number(y(value)), Math.abs(value) < 1e-9 ? "0" : label.toPlainString()));
      }
      return ticks;
    }

    /** Three to six multiples of 1, 2 or 5 times a power of ten. */
    private static List<Double> round(double from, double to) {
      double rough = (to - from) / 5;
      double power = Math.pow(10, Math.floor(Math.log10(rough)));
      double step =
          power * (rough > 5 * power ? 10 : rough > 2 * power ? 5 : rough > power ? 2 : 1);
      List<Double> values = new ArrayList<>();
      for (long i = (long) Math.ceil(from / step); i * step <= to * (1 + 1e-9); i++) {
        values.add(i * step);
      }
      return values;
    }
  }
}

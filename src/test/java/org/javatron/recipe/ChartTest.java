package org.javatron.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.javatron.train.Curve;
import org.junit.jupiter.api.Test;

class ChartTest {
  @Test
  void endsOfACurveStandAtTheEndsOfTheAxes() {
    Chart chart = Chart.rate(new Curve(new double[] {0, 50, 100}, new double[] {0, 5e-6, 0}));
    assertEquals("learning rate, in units of 1e-6", chart.title());
    String path = chart.lines().get(0).path();
    assertTrue(path.startsWith("M44.0 172.0 L197.0 "), path);
    assertTrue(path.endsWith(" L350.0 172.0"), path);
    assertEquals(new Chart.Tick("44.0", "0"), chart.xTicks().get(0));
    assertEquals(new Chart.Tick("350.0", "100"), chart.xTicks().get(chart.xTicks().size() - 1));
    assertEquals(List.of("0", "2", "4"), chart.yTicks().stream().map(Chart.Tick::label).toList());
  }

  @Test
  void whateverTheFiguresEverythingStaysInThePicture() {
    Random random = new Random(3);
    for (int i = 0; i < 200; i++) {
      int n = 1 + random.nextInt(i < 10 ? 3 : 2000);
      double[] steps = new double[n];
      double[] values = new double[n];
      double size = Math.pow(10, random.nextInt(12) - 6);
      for (int j = 0; j < n; j++) {
        steps[j] = j + 1;
        values[j] = i % 7 == 0 ? size : size * random.nextGaussian();
      }
      Chart chart = Chart.loss(new Curve(steps, values));
      for (Chart.Line line : chart.lines()) {
        for (String point : line.path().substring(1).split(" L")) {
          double x = Double.parseDouble(point.split(" ")[0]);
          double y = Double.parseDouble(point.split(" ")[1]);
          assertTrue(x >= Chart.LEFT && x <= Chart.RIGHT, point);
          assertTrue(y >= Chart.TOP && y <= Chart.BOTTOM, point);
        }
      }
      int ticks = chart.yTicks().size();
      assertTrue(ticks >= 2 && ticks <= 6, chart.yTicks().toString());
    }
  }
}

package org.javatron.train;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.javatron.io.AtomicFile;
import org.javatron.io.InputException;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Draws a training: loss, held-out MRR@10 and learning rate over the same steps, one below the
 * other in one PNG.
 *
 * <p>No screen is needed. Java needs fonts to draw letters, though, which small containers lack:
 * then a sentence says so, and training goes on.
 */
public final class TrainingPlots {
  /** The picture's place in a training's folder. */
  public static final Path FILE = Path.of("plots", "training.png");

  private static final int WIDTH = 900;
  private static final int HEIGHT = 300;

  /** Pixels of the file for one of the layout, so that letters stay sharp. */
  private static final int SCALE = 2;

  private static final int MOST_POINTS = 1000;
  private static final Color BLUE = new Color(0x1f, 0x5f, 0xa8);
  private static final Color PALE_BLUE = new Color(0xb9, 0xd2, 0xec);
  private static final Color GREEN = new Color(0x2a, 0x86, 0x4b);
  private static final Color GREY = new Color(0x66, 0x66, 0x66);
  private static final Color GRID = new Color(0xe2, 0xe2, 0xe2);

  static {
    // Before the first class of AWT looks for a screen.
    System.setProperty("java.awt.headless", "true");
  }

  private TrainingPlots() {}

  /**
   * Draws what a training's log holds so far.
   *
   * @param folder the training's folder, with {@value TrainingLog#FILE} in it
   * @param picture the PNG to write; replaced if it exists
   * @throws IOException if the log is missing, empty or not as it must be, the picture cannot be
   *     written, or Java cannot draw on this machine
   */
  public static void draw(Path folder, Path picture) throws IOException {
    Path log = folder.resolve(TrainingLog.FILE);
    TrainingHistory history = TrainingHistory.read(log);
    if (history.steps().stream().noneMatch(step -> Double.isFinite(step.loss()))) {
      throw new InputException(log + ": expected the loss of a step, found none yet");
    }
    BufferedImage image;
    try {
      image = paint(panels(history, folder.toAbsolutePath().normalize().getFileName()));
    } catch (LinkageError | InternalError | RuntimeException e) {
      // What Java throws without fonts differs between versions and from one try to the next.
      throw new InputException(
          picture + " cannot be drawn: Java finds no fonts on this machine, it seems (" + e + ")",
          e);
    }
    try (AtomicFile file = AtomicFile.create(picture)) {
      ImageIO.write(image, "png", file.stream());
      file.commit();
    }
  }

  /**
   * Draws into {@link #FILE} during a training, which a picture must not stop.
   *
   * @param folder the training's folder
   * @param log gets one sentence if there can be no picture
   */
  public static void drawOrSay(Path folder, PrintWriter log) {
    try {
      draw(folder, folder.resolve(FILE));
    } catch (IOException e) {
      log.println("training goes on without a picture: " + e.getMessage());
      log.flush();
    }
  }

  private static List<XYChart> panels(TrainingHistory history, Object name) {
    Curve loss = history.losses();
    Curve rate = history.learningRates();
    Curve mrr = history.heldOut();
    List<XYChart> panels = new ArrayList<>();
    panels.add(lossPanel(name, loss));
    if (!mrr.isEmpty()) {
      panels.add(heldOutPanel(mrr));
    }
    if (!rate.isEmpty()) {
      panels.add(ratePanel(rate));
    }
    double last = Math.max(last(loss), last(mrr));
    panels.forEach(chart -> chart.getStyler().setXAxisMin(0.0).setXAxisMax(last));
    return panels;
  }

  private static XYChart lossPanel(Object name, Curve loss) {
    XYChart chart =
        panel(name + ": loss, as logged (pale) and smoothed", "loss (nats)", "0.000", loss);
    line(chart, "as logged", loss.thinned(MOST_POINTS), PALE_BLUE, 1.2f);
    line(chart, "smoothed", loss.smoothed().thinned(MOST_POINTS), BLUE, 2.2f);
    return chart;
  }

  private static XYChart heldOutPanel(Curve mrr) {
    int best = 0;
    for (int i = 1; i < mrr.values().length; i++) {
      best = mrr.values()[i] > mrr.values()[best] ? i : best;
    }
    String title =
        String.format(
            Locale.ROOT,
            "held-out queries: MRR@10, best %.4f at step %,.0f",
            mrr.values()[best],
            mrr.steps()[best]);
    XYChart chart = panel(title, "MRR@10", "0.000", mrr);
    line(chart, "MRR@10", mrr, GREEN, 2.2f).setMarker(SeriesMarkers.CIRCLE);
    return chart;
  }

  /** In units of a power of ten, so that its numbers are as wide as the other panels'. */
  private static XYChart ratePanel(Curve rate) {
    double most = Arrays.stream(rate.values()).max().orElseThrow();
    int exponent = most > 0 ? (int) Math.floor(Math.log10(most)) : 0;
    double[] scaled =
        Arrays.stream(rate.values()).map(value -> value / Math.pow(10, exponent)).toArray();
    Curve drawn = new Curve(rate.steps(), scaled);
    XYChart chart = panel("schedule: learning rate", "in units of 1e" + exponent, "0.000", drawn);
    line(chart, "learning rate", drawn.thinned(MOST_POINTS), GREY, 2.2f);
    chart.getStyler().setYAxisMin(0.0);
    return chart;
  }

  private static double last(Curve curve) {
    return curve.isEmpty() ? 0 : curve.steps()[curve.steps().length - 1];
  }

  private static XYChart panel(String title, String figure, String pattern, Curve curve) {
    XYChart chart = new XYChart(WIDTH, HEIGHT, Styler.ChartTheme.XChart);
    chart.setTitle(title);
    chart.setXAxisTitle("optimiser step");
    chart.setYAxisTitle(figure);
    XYStyler style = chart.getStyler();
    style.setLocale(Locale.ROOT);
    style.setXAxisDecimalPattern("#,##0").setYAxisDecimalPattern(pattern);
    style.setChartBackgroundColor(Color.WHITE).setPlotBackgroundColor(Color.WHITE);
    style.setPlotGridLinesColor(GRID).setPlotBorderVisible(false);
    style.setChartTitleBoxVisible(false).setChartTitleFont(font(Font.BOLD, 15));
    style.setAxisTitleFont(font(Font.PLAIN, 13)).setAxisTickLabelsFont(font(Font.PLAIN, 12));
    style.setLegendVisible(false).setChartPadding(12);
    // XChart labels every so many points if all are evenly spaced, and round numbers only if one is
    // not: one that is not seen.
    double[] between = {curve.steps()[0] + 0.5};
    double[] value = {curve.values()[0]};
    chart.addSeries("unseen", between, value).setMarker(SeriesMarkers.NONE);
    return chart;
  }

  private static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }

  private static XYSeries line(XYChart chart, String name, Curve curve, Color color, float width) {
    XYSeries series = chart.addSeries(name, curve.steps(), curve.values());
    series.setMarker(SeriesMarkers.NONE).setMarkerColor(color);
    series
        .setLineColor(color)
        .setLineStyle(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    return series;
  }

  private static BufferedImage paint(List<XYChart> panels) {
    BufferedImage image =
        new BufferedImage(
            SCALE * WIDTH, SCALE * HEIGHT * panels.size(), BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < panels.size(); i++) {
      Graphics2D graphics = image.createGraphics();
      graphics.scale(SCALE, SCALE);
      graphics.translate(0, i * HEIGHT);
      panels.get(i).paint(graphics, WIDTH, HEIGHT);
      graphics.dispose();
    }
    return image;
  }
}

package org.javatron.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;
import org.javatron.io.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingPlotsTest {
  private static final int BLUE = 0x1f5fa8;
  private static final int GREEN = 0x2a864b;

  @TempDir Path folder;

  /** A training as it may look: noise around a falling loss, a warm-up, a rising figure. */
  private void write(int steps, int evaluateEvery) throws IOException {
    Random random = new Random(5);
    try (TrainingLog log = TrainingLog.create(folder)) {
      for (int s = 1; s <= steps; s++) {
        double done = (double) s / steps;
        double rate = 5e-6 * Math.min(done / 0.1, (1 - done) / 0.9);
        double loss = 0.6 + 2.4 * Math.exp(-5 * done) + 0.25 * random.nextGaussian();
        log.write(new TrainingHistory.Step(s, 3 * done, Math.max(0.05, loss), rate, 9, 2600));
        if (s % evaluateEvery == 0) {
          double mrr = 0.21 + 0.13 * (1 - Math.exp(-4 * done)) + 0.004 * random.nextGaussian();
          log.write(new TrainingHistory.Evaluation(s, mrr, 40));
        }
      }
    }
  }

  private BufferedImage draw() throws IOException {
    Path picture = folder.resolve(TrainingPlots.FILE);
    TrainingPlots.draw(folder, picture);
    return ImageIO.read(picture.toFile());
  }

  private static long count(BufferedImage image, int fromRow, int color) {
    int[] pixels =
        image.getRGB(
            0, fromRow, image.getWidth(), image.getHeight() - fromRow, null, 0, image.getWidth());
    return Arrays.stream(pixels).filter(pixel -> (pixel & 0xffffff) == color).count();
  }

  @Test
  void lossThenHeldOutFigureThenScheduleEachInItsPanel() throws IOException {
    write(1500, 100);
    BufferedImage image = draw();
    assertEquals(1800, image.getWidth());
    assertEquals(3 * 600, image.getHeight());
    assertTrue(count(image, 0, BLUE) > 1000, "the smoothed loss");
    assertEquals(0, count(image, 600, BLUE), "only in its panel");
    assertTrue(count(image, 600, GREEN) > 1000, "the held-out figure");
    assertEquals(0, count(image, 1200, GREEN));
  }

  @Test
  void withoutEvaluationsThereAreTwoPanelsAndOneStepSuffices() throws IOException {
    write(1, 100);
    assertEquals(2 * 600, draw().getHeight());
  }

  @Test
  void aPictureThatCannotBeMadeIsASentenceDuringTrainingAndAnErrorElsewhere() throws IOException {
    Path log = folder.resolve(TrainingLog.FILE);
    String sentence = log + ": expected the loss of a step, found none yet";
    TrainingLog.create(folder).close();
    assertEquals(sentence, assertThrows(InputException.class, this::draw).getMessage());
    StringWriter said = new StringWriter();
    TrainingPlots.drawOrSay(folder, new PrintWriter(said));
    assertEquals(
        "training goes on without a picture: " + sentence + System.lineSeparator(),
        said.toString());
    write(3, 1);
    TrainingPlots.drawOrSay(folder, new PrintWriter(said));
    assertTrue(Files.exists(folder.resolve(TrainingPlots.FILE)));
  }

  @Test
  void aDiskThatRefusesThePictureDoesNotStopTraining() throws IOException {
    write(3, 1);
    Files.writeString(folder.resolve("plots"), "a file where the folder should be");
    StringWriter said = new StringWriter();
    TrainingPlots.drawOrSay(folder, new PrintWriter(said));
    assertTrue(said.toString().contains("expected a folder"), said.toString());
  }

  @Test
  void smoothingTakesAsManyNeighboursOnEitherSide() {
    double[] steps = new double[120];
    Arrays.setAll(steps, i -> i);
    double[] straight = Arrays.stream(steps).map(step -> 7 - 0.5 * step).toArray();
    assertArrayEquals(straight, new Curve(steps, straight).smoothed().values(), 1e-9);
    double[] peak = new double[120];
    peak[50] = 5;
    double[] spread = new double[120];
    Arrays.fill(spread, 48, 53, 1);
    assertArrayEquals(spread, new Curve(steps, peak).smoothed().values(), 1e-12);
  }

  @Test
  void thinningKeepsTheMeanAndTheSize() {
    Random random = new Random(3);
    for (int round = 0; round < 50; round++) {
      int most = 1 + random.nextInt(20);
      double[] values = random.doubles(most * (1 + random.nextInt(9))).toArray();
      double[] steps = new double[values.length];
      Arrays.setAll(steps, i -> i);
      Curve thin = new Curve(steps, values).thinned(most);
      assertEquals(most, thin.values().length);
      assertEquals(
          Arrays.stream(values).average().orElseThrow(),
          Arrays.stream(thin.values()).average().orElseThrow(),
          1e-12);
      assertEquals((values.length - 1) / 2.0, Arrays.stream(thin.steps()).average().orElseThrow());
    }
  }
}

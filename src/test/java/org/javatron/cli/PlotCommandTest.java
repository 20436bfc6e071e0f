package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlotCommandTest {
  @TempDir Path folder;

  @Test
  void drawsWhereItIsToldOrBesideTheLogEvenWhileTheLastLineIsWritten() throws IOException {
    Files.writeString(
        folder.resolve("metrics.jsonl"),
        "{\"step\":10,\"loss\":2.5,\"learning_rate\":1e-6}\n{\"step\":20,\"mr");
    for (Path picture :
        new Path[] {folder.resolve("plots/training.png"), folder.resolve("other.png")}) {
      CliResult result =
          picture.endsWith("training.png")
              ? CliResult.of("plot", "--training", folder)
              : CliResult.of("plot", "--training", folder, "--output", picture);
      assertEquals(0, result.exitCode(), result.err());
      assertEquals(picture + System.lineSeparator(), result.out());
      assertTrue(ImageIO.read(picture.toFile()).getWidth() > 0);
    }
  }

  @Test
  void aFolderWithoutALogIsAnError() {
    CliResult result = CliResult.of("plot", "--training", folder);
    assertEquals(1, result.exitCode());
    assertEquals(
        "javatron plot: " + folder.resolve("metrics.jsonl") + ": there is no such file",
        result.err().strip());
  }
}

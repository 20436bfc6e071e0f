package org.javatron.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.javatron.train.TrainingPlots;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code javatron plot}: a picture of a training, done or under way. */
@Command(
    name = "plot",
    description = "Draws loss, held-out MRR@10 and learning rate of a training.",
    footer = {
      "",
      "Reads metrics.jsonl in the training's folder, which may still be written: train draws the"
          + " same picture at each checkpoint.",
      "",
      "Example:",
      "  javatron plot --training OUT"
    },
    mixinStandardHelpOptions = true)
final class PlotCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--training",
      required = true,
      paramLabel = "DIR",
      description = "The training's folder: what train got as --output.")
  private Path training;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description =
          "The PNG to write, replaced if it exists (default: plots/training.png in that folder).")
  private Path output;

  @Override
  public Integer call() throws IOException {
    Path picture = output == null ? training.resolve(TrainingPlots.FILE) : output;
    TrainingPlots.draw(training, picture);
    PrintWriter out = spec.commandLine().getOut();
    out.println(picture);
    out.flush();
    return 0;
  }
}

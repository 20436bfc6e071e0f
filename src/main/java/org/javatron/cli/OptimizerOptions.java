package org.javatron.cli;

import org.javatron.train.OptimizerSettings;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How gradients change weights: the options of AdamW and its schedule. */
final class OptimizerOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--learning-rate",
      defaultValue = "5e-6",
      paramLabel = "RATE",
      description = "The highest learning rate (default: ${DEFAULT-VALUE}).")
  private double learningRate;

  @Option(
      names = "--warmup-ratio",
      defaultValue = "0.1",
      paramLabel = "PART",
      description =
          "Part of the steps in which the rate rises; then it falls to 0 (default:"
              + " ${DEFAULT-VALUE}).")
  private double warmupRatio;

  @Option(
      names = "--max-grad-norm",
      defaultValue = "1.0",
      paramLabel = "NORM",
      description = "Longer gradients are shortened to this (default: ${DEFAULT-VALUE}).")
  private double maxGradNorm;

  @Option(
      names = "--weight-decay",
      defaultValue = "0",
      paramLabel = "D",
      description = "AdamW's, on all but biases and LayerNorm (default: ${DEFAULT-VALUE}).")
  private double weightDecay;

  @Option(
      names = "--adam-beta1",
      defaultValue = "0.9",
      paramLabel = "B",
      description = "AdamW's (default: ${DEFAULT-VALUE}).")
  private double beta1;

  @Option(
      names = "--adam-beta2",
      defaultValue = "0.999",
      paramLabel = "B",
      description = "AdamW's (default: ${DEFAULT-VALUE}).")
  private double beta2;

  @Option(
      names = "--adam-epsilon",
      defaultValue = "1e-8",
      paramLabel = "E",
      description = "AdamW's (default: ${DEFAULT-VALUE}).")
  private double epsilon;

  /** The settings, once each is known to make sense. */
  OptimizerSettings checked() {
    positive("--max-grad-norm", maxGradNorm);
    positive("--adam-epsilon", epsilon);
    range("--learning-rate", learningRate, learningRate >= 0 && learningRate < 1e3, "0 or more");
    range("--weight-decay", weightDecay, weightDecay >= 0 && weightDecay < 1e3, "0 or more");
    range("--warmup-ratio", warmupRatio, warmupRatio >= 0 && warmupRatio <= 1, "from 0 to 1");
    range("--adam-beta1", beta1, beta1 >= 0 && beta1 < 1, "from 0 up to but not 1");
    range("--adam-beta2", beta2, beta2 >= 0 && beta2 < 1, "from 0 up to but not 1");
    return new OptimizerSettings(
        learningRate, warmupRatio, maxGradNorm, weightDecay, beta1, beta2, epsilon);
  }

  private void positive(String option, double value) {
    range(option, value, value > 0 && value < 1e9, "above 0");
  }

  private void range(String option, double value, boolean right, String range) {
    if (!right) {
      throw new ParameterException(
          spec.commandLine(), "%s must be %s, not %s".formatted(option, range, value));
    }
  }
}

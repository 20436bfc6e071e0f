package org.javatron.train;

import java.nio.file.Path;

/**
 * What a training did.
 *
 * @param output the trained model's directory
 * @param steps optimiser steps of the whole training
 * @param stepsNow how many of them were made by this run
 * @param tokens tokens this run trained on
 * @param seconds this run's time
 * @param loss mean loss over the steps since the last logged one; NaN if this run made no step
 * @param firstMrr held-out MRR@10 before training; null if there was no evaluation then
 * @param lastMrr held-out MRR@10 of the trained model; null if there is no evaluation
 * @param best the best evaluation of a checkpoint; null if there was none
 */
public record TrainingSummary(
    Path output,
    long steps,
    long stepsNow,
    long tokens,
    double seconds,
    double loss,
    Double firstMrr,
    Double lastMrr,
    Best best) {
  /**
   * Where the best evaluation's weights are kept.
   *
   * @return a model directory; null if there was no evaluation
   */
  public Path bestCheckpoint() {
    return best == null ? null : new Checkpoints(output).folder(best.step());
  }

  /**
   * The best checkpoint so far.
   *
   * @param step its step
   * @param mrr10 its held-out MRR@10
   */
  public record Best(long step, double mrr10) {}
}

package org.javatron.train;

/**
 * How gradients change weights: AdamW under a linear schedule.
 *
 * @param learningRate the highest rate; 0 or more
 * @param warmupRatio part of all steps in which the rate rises, 0 to 1
 * @param maxGradNorm gradients whose norm over all weights is larger are shortened to it; above 0
 * @param weightDecay of all weights but biases and LayerNorm; 0 or more
 * @param beta1 share of the old in the mean of gradients, 0 up to but not 1
 * @param beta2 the same for their squares
 * @param epsilon keeps AdamW's divisor from 0; above 0
 */
public record OptimizerSettings(
    double learningRate,
    double warmupRatio,
    double maxGradNorm,
    double weightDecay,
    double beta1,
    double beta2,
    double epsilon) {}

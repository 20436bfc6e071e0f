package org.javatron.train;

import java.nio.file.Path;
import org.javatron.kernels.KernelSettings;

/**
 * What to train, on what, and how.
 *
 * @param model the model directory to begin with, tied or untied
 * @param output the folder of the trained model, its checkpoints and figures
 * @param examples which texts, and how long
 * @param step batch, loss and dropout
 * @param optimizer how weights change
 * @param epochs how often the rows are gone through; the steps are rounded up
 * @param maxSteps optimiser steps, whatever the epochs; null for what the epochs make
 * @param seed decides order, passages and dropout
 * @param checkpoints when the state is saved, and what becomes of old ones
 * @param heldOut what to evaluate on; null for nothing
 * @param loggingSteps steps between two lines of figures, 1 or more
 * @param kernels which implementation of the ops, and how it computes
 */
public record TrainingSettings(
    Path model,
    Path output,
    ExampleSettings examples,
    StepSettings step,
    OptimizerSettings optimizer,
    double epochs,
    Long maxSteps,
    long seed,
    CheckpointSettings checkpoints,
    EvaluationSettings heldOut,
    int loggingSteps,
    KernelSettings kernels) {}

package org.javatron.train;

/**
 * When a training's state is saved, and what happens to a folder that is not empty.
 *
 * @param everySteps steps between two checkpoints, 1 or more
 * @param limit how many of the newest are kept, 1 or more, the best beside them; null for all
 * @param resume whether to go on after the newest checkpoint in the output
 * @param force whether an earlier training in the output may be removed
 */
public record CheckpointSettings(int everySteps, Integer limit, boolean resume, boolean force) {}

package org.javatron.train;

/**
 * What one optimiser step computes.
 *
 * @param batchSize queries in a batch, whose passages are each other's in-batch negatives; at least
 *     1
 * @param accumulation batches whose gradients are averaged in a step; at least 1
 * @param queryChunk queries encoded at once (GradCache), which bounds memory; 0 for the whole batch
 * @param passageChunk passages encoded at once; 0 for the whole batch
 * @param temperature what scores are divided by; above 0
 * @param normalize true to scale vectors to length 1; null for what the model says
 * @param dropout probability of dropout, 0 up to but not 1; null for what the model says
 * @param untie whether queries and passages get an encoder each
 */
public record StepSettings(
    int batchSize,
    int accumulation,
    int queryChunk,
    int passageChunk,
    double temperature,
    Boolean normalize,
    Double dropout,
    boolean untie) {}

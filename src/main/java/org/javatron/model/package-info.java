/**
 * BERT as a whole: a graph of the ops of {@link org.javatron.ops}, its weights, and {@link
 * org.javatron.model.Encoder}, which turns token ids into vectors with them.
 *
 * <p>{@code BertGraph} is the model on one page. {@code GraphExecutor} runs it, in buffers that are
 * planned once; {@code TokenBatch} lays sequences end to end for it, with no padding between.
 */
package org.javatron.model;

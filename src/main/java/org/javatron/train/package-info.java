/**
 * Contrastive training of encoders: examples, steps, checkpoints, and what shows whether it goes
 * well: {@link org.javatron.train.TrainingLog} keeps the figures, {@link
 * org.javatron.train.HeldOutEvaluation} asks how good the retriever has become.
 */
package org.javatron.train;

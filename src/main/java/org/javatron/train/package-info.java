/**
 * Contrastive training of encoders: examples, steps, checkpoints, and what shows whether it goes
 * well.
 */
package org.javatron.train;

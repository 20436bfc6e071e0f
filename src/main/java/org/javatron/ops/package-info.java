/**
 * The ops BERT is made of, as SameDiff sees them: one class an op, each a lesson with its formula,
 * its shapes and its gradient (a nested op, Backward). They say what is computed; {@link
 * org.javatron.kernels.Kernels} says how.
 *
 * <p>Reading order: {@link org.javatron.ops.Embeddings}, {@link org.javatron.ops.Linear}, {@link
 * org.javatron.ops.Attention}, {@link org.javatron.ops.AddLayerNorm}, {@link
 * org.javatron.ops.LinearGelu}, {@link org.javatron.ops.Pool}, {@link
 * org.javatron.ops.L2Normalize}; for training {@link org.javatron.ops.Dropout}, {@link
 * org.javatron.ops.ContrastiveLoss} and {@link org.javatron.ops.Surrogate}.
 *
 * <p>Letters as in {@code Kernels}: T tokens of all sequences of a batch laid end to end, B
 * sequences, H hidden size, I intermediate size, A heads, d = H / A.
 */
package org.javatron.ops;

package org.javatron.kernels;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The gradient of one head of one sequence, a block of queries at a time; {@code ops.Attention} has
 * the formulas. The probabilities are computed again and the mask replayed: keeping them would take
 * [A, n, n] values a sequence. Keys and values get a share from each block, in order.
 */
final class CpuAttentionBackward {
  private final CpuLoops loops;
  private final DropoutMask mask;

  CpuAttentionBackward(CpuLoops loops, DropoutMask mask) {
    this.loops = loops;
    this.mask = mask;
  }

  void run(
      AttentionBlock block,
      AttentionHead head,
      int sequence,
      Floats dOut,
      AttentionHead gradient,
      int worker) {
    for (int t = head.from(); t < head.to(); t += AttentionBlock.QUERIES) {
      int queries = Math.min(AttentionBlock.QUERIES, head.to() - t);
      int length = queries * head.keys();
      float[] row = loops.scratch(worker, 0, length);
      float[] kept = loops.scratch(worker, 1, length);
      FloatPointer g = dOut.at((long) t * head.h() + head.column());
      float beta = t == head.from() ? 0 : 1;
      if (mask.drops()) { // both uses of the mask from one run of its generator
        Arrays.fill(kept, 0, length, 1);
        AttentionBlock.drop(kept, head, sequence, t, queries, mask);
      }

      block.computeProbabilities(head, t, queries);
      System.arraycopy(block.probabilities, 0, row, 0, length);
      if (mask.drops()) {
        loops.math.multiply(row, 0, kept, 0, length);
      }
      block.values.write(0, row, 0, length);
      addColumns(block, head, queries, 1, g, head.h(), beta, gradient.value());

      probabilityGradients(block, head, queries, g);
      block.values.read(0, row, 0, length);
      if (mask.drops()) {
        loops.math.multiply(row, 0, kept, 0, length);
      }
      for (int q = 0; q < queries; q++) {
        int at = q * head.keys();
        loops.math.softmaxBackward(row, at, block.probabilities, at, head.keys());
      }
      block.values.write(0, row, 0, length);
      queryGradients(block, head, queries, gradient.query(t));
      addColumns(
          block, head, queries, head.scale(), head.query(t), head.stride(), beta, gradient.key());
    }
  }

  /** {@code to = beta to + factor blockᵀ rows}, one row a key. */
  private static void addColumns(
      AttentionBlock block,
      AttentionHead head,
      int queries,
      float factor,
      FloatPointer rows,
      int stride,
      float beta,
      FloatPointer to) {
    Blas.columnsTimesColumns(
        head.keys(),
        head.d(),
        queries,
        factor,
        block.values.pointer,
        head.keys(),
        rows,
        stride,
        beta,
        to,
        head.stride());
  }

  /** {@code block = G Vᵀ}. */
  private static void probabilityGradients(
      AttentionBlock block, AttentionHead head, int queries, FloatPointer g) {
    Blas.rowsTimesRows(
        queries,
        head.keys(),
        head.d(),
        1,
        g,
        head.h(),
        head.value(),
        head.stride(),
        0,
        block.values.pointer,
        head.keys());
  }

  /** {@code dQ = block K / √d}. */
  private static void queryGradients(
      AttentionBlock block, AttentionHead head, int queries, FloatPointer to) {
    Blas.rowsTimesColumns(
        queries,
        head.d(),
        head.keys(),
        head.scale(),
        block.values.pointer,
        head.keys(),
        head.key(),
        head.stride(),
        0,
        to,
        head.stride());
  }
}

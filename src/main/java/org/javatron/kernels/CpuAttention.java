package org.javatron.kernels;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Self-attention over packed sequences on a CPU: one task a sequence and head, so that queries,
 * keys, values (three strips of d columns) and probabilities of a task stay in one core's cache.
 *
 * <p>No token of another sequence is ever looked at: no padding, no mask of keys.
 */
final class CpuAttention {
  private final CpuLoops loops;
  private final AttentionBlock[] blocks;

  CpuAttention(CpuLoops loops, int longestSequence) {
    this.loops = loops;
    blocks = new AttentionBlock[loops.workers.threads()];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = new AttentionBlock(loops.math, longestSequence);
    }
  }

  long scratchBytes() {
    return blocks.length * blocks[0].bytes();
  }

  void forward(INDArray qkv, int[] start, int heads, DropoutRule<INDArray> dropout, INDArray out) {
    int h = (int) out.size(1);
    Floats from = Floats.of(qkv);
    Floats to = Floats.of(out);
    DropoutMask mask = new DropoutMask(loops.math, dropout);
    loops.workers.run(
        (start.length - 1) * heads,
        (task, worker) -> {
          int b = task / heads;
          AttentionHead head =
              new AttentionHead(from, start[b], start[b + 1], task % heads, h / heads, h);
          for (int t = start[b]; t < start[b + 1]; t += AttentionBlock.QUERIES) {
            int queries = Math.min(AttentionBlock.QUERIES, start[b + 1] - t);
            forward(blocks[worker], head, t, queries, mask, b, to);
          }
        });
  }

  /** Rows {@code t} to {@code t + queries - 1} of the output. */
  private static void forward(
      AttentionBlock block,
      AttentionHead head,
      int t,
      int queries,
      DropoutMask mask,
      int sequence,
      Floats out) {
    int keys = head.keys();
    block.computeProbabilities(head, t, queries);
    AttentionBlock.drop(block.probabilities, head, sequence, t, queries, mask);
    block.values.write(0, block.probabilities, 0, queries * keys);
    Blas.rowsTimesColumns(
        queries,
        head.d(),
        keys,
        1,
        block.values.pointer,
        keys,
        head.value(),
        head.stride(),
        0,
        out.at((long) t * head.h() + head.column()),
        head.h());
  }

  void backward(
      INDArray qkv,
      int[] start,
      int heads,
      DropoutRule<INDArray> dropout,
      INDArray dOut,
      INDArray dQkv) {
    int h = (int) dOut.size(1);
    Floats from = Floats.of(qkv);
    Floats gradient = Floats.of(dOut);
    Floats to = Floats.of(dQkv);
    CpuAttentionBackward backward =
        new CpuAttentionBackward(loops, new DropoutMask(loops.math, dropout));
    loops.workers.run(
        (start.length - 1) * heads,
        (task, worker) -> {
          int b = task / heads;
          AttentionHead head =
              new AttentionHead(from, start[b], start[b + 1], task % heads, h / heads, h);
          backward.run(blocks[worker], head, b, gradient, head.in(to), worker);
        });
  }

  void close() {
    for (AttentionBlock block : blocks) {
      block.free();
    }
  }
}

package org.javatron.kernels.cuda;

import java.util.EnumMap;
import java.util.Map;
import org.javatron.weights.BertConfig;

/** What the largest training pass needs of each scratch buffer; known without a GPU. */
final class CudaPassSizes {
  private CudaPassSizes() {}

  /** Bytes by use; a pass of fewer tokens needs no more of any. */
  static Map<CudaScratch.Use, Long> of(BertConfig config, int tokens) {
    Map<CudaScratch.Use, Long> bytes = new EnumMap<>(CudaScratch.Use.class);
    bytes.put(CudaScratch.Use.PARTIAL_SUMS, partialSums(config, tokens));
    bytes.put(CudaScratch.Use.TOKENS, (long) Float.BYTES * tokens * config.hiddenSize());
    bytes.put(CudaScratch.Use.WORDS, 2L * Long.BYTES * tokens);
    bytes.put(
        CudaScratch.Use.ATTENTION_ROWS,
        Float.BYTES * CudaAttention.rowFloats(config.heads(), tokens));
    return bytes;
  }

  /** The largest of: columns of a matrix, gamma and beta of a LayerNorm, squares of all weights. */
  private static long partialSums(BertConfig config, int tokens) {
    long hidden = config.hiddenSize();
    long rows = CudaLoops.chunks(Math.max(tokens, config.maxPositions()));
    long columns = rows * Math.max(3 * hidden, config.intermediateSize());
    long pairs = CudaLoops.summingBlocks(tokens) * 2 * hidden;
    long squares = 1; // the result
    for (long[] shape : config.tensorShapes().values()) {
      squares += CudaOptimizer.squareBlocks(CudaArray.length(shape));
    }
    return Math.max(Float.BYTES * Math.max(columns, pairs), Double.BYTES * squares);
  }
}

package org.javatron.train;

/**
 * How much text a training step holds, which decides its memory.
 *
 * @param queries queries of a step (per micro-batch where gradients are accumulated); at least 1
 * @param passagesPerQuery a positive and its negatives; at least 1
 * @param queryMaxLength tokens of a query, [CLS] and [SEP] included
 * @param passageMaxLength tokens of a passage, [CLS] and [SEP] included
 * @param queryChunk queries encoded at once; 0 for all together with the passages (no GradCache)
 * @param passageChunk passages encoded at once; 0 likewise
 */
record StepShape(
    int queries,
    int passagesPerQuery,
    int queryMaxLength,
    int passageMaxLength,
    int queryChunk,
    int passageChunk) {

  int passages() {
    return Math.multiplyExact(queries, passagesPerQuery);
  }

  /** Whether the batch goes through the encoder in parts. */
  boolean gradCache() {
    return queryChunk > 0 || passageChunk > 0;
  }

  int queriesAtOnce() {
    return queryChunk == 0 ? queries : Math.min(queryChunk, queries);
  }

  int passagesAtOnce() {
    return passageChunk == 0 ? passages() : Math.min(passageChunk, passages());
  }

  /** Sequences of the largest pass through one encoder that serves both sides. */
  int maxSequences() {
    return gradCache()
        ? Math.max(queriesAtOnce(), passagesAtOnce())
        : Math.addExact(queries, passages());
  }

  /** Tokens of the largest pass through one encoder that serves both sides. */
  int maxTokens() {
    int ofQueries = Math.multiplyExact(queriesAtOnce(), queryMaxLength);
    int ofPassages = Math.multiplyExact(passagesAtOnce(), passageMaxLength);
    return gradCache() ? Math.max(ofQueries, ofPassages) : Math.addExact(ofQueries, ofPassages);
  }
}

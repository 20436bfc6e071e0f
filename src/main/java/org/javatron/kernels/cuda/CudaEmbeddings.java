package org.javatron.kernels.cuda;

/** The embeddings and LayerNorms: {@code embeddings.cu} and {@code layernorm.cu}. */
final class CudaEmbeddings {
  private static final int WORD_THREADS = 128;

  /** Tokens that a block sorts by word, as in {@code embeddings.cu}. */
  private static final int SORTED = 1024;

  private final CudaLoops loops;

  CudaEmbeddings(CudaLoops loops) {
    this.loops = loops;
  }

  void forward(
      CudaArray ids,
      CudaArray offsets,
      CudaArray words,
      CudaArray positions,
      CudaArray types,
      CudaArray gamma,
      CudaArray beta,
      double eps,
      CudaArray out) {
    int tokens = (int) ids.length();
    loops
        .rowProgram("embeddings", words.size(1))
        .launch(
            "embeddings",
            CudaLoops.rowBlocks(tokens),
            1,
            CudaLoops.THREADS,
            0,
            ids,
            offsets,
            sequences(offsets),
            words,
            positions,
            types,
            gamma,
            beta,
            (float) eps,
            out,
            tokens);
  }

  static int sequences(CudaArray offsets) {
    return (int) offsets.length() - 1;
  }

  void backward(
      CudaArray ids,
      CudaArray offsets,
      CudaArray words,
      CudaArray positions,
      CudaArray types,
      CudaArray gamma,
      double eps,
      CudaArray dOut,
      CudaArray dWords,
      CudaArray dPositions,
      CudaArray dTypes,
      CudaArray dGamma,
      CudaArray dBeta) {
    int tokens = (int) ids.length();
    long h = words.size(1);
    int blocks = CudaLoops.summingBlocks(tokens);
    CudaProgram program = loops.rowProgram("embeddings", h);
    CudaArray dSum = loops.scratch.floats(CudaScratch.Use.TOKENS, tokens, h);
    CudaArray partial = loops.scratch.floats(CudaScratch.Use.PARTIAL_SUMS, blocks, 2 * h);
    program.launch(
        "embeddingsBackward",
        blocks,
        1,
        CudaLoops.THREADS,
        0,
        ids,
        offsets,
        sequences(offsets),
        words,
        positions,
        types,
        gamma,
        (float) eps,
        dOut,
        dSum,
        partial,
        tokens);
    loops.sumPairs(partial, dGamma, dBeta);
    dWords.fill(0);
    CudaArray sorted = byWord(program, ids, tokens);
    program.launch("wordsBackward", tokens, 1, WORD_THREADS, 0, dSum, sorted, tokens, dWords);
    program.launch(
        "positionsBackward",
        (int) positions.size(0),
        1,
        CudaLoops.THREADS,
        0,
        dSum,
        offsets,
        sequences(offsets),
        dPositions);
    dTypes.fill(0);
    loops.sumColumns(dPositions, dTypes); // every token has a position, and type 0
  }

  /** The tokens by word, as keys that {@code embeddings.cu} describes: n log² n comparisons. */
  private CudaArray byWord(CudaProgram program, CudaArray ids, int tokens) {
    CudaArray both = loops.scratch.array(CudaScratch.Use.WORDS, CudaType.INT64, 2, tokens);
    CudaArray keys = both.view(0, tokens);
    CudaArray merged = both.view(tokens, tokens);
    int blocks = (tokens + SORTED - 1) / SORTED;
    program.launch("sortWords", blocks, 1, SORTED, 0, ids, tokens, keys);
    for (int run = SORTED; run < tokens; run *= 2) {
      program.launch(
          "mergeWords",
          CudaLoops.blocks(tokens),
          1,
          CudaLoops.THREADS,
          0,
          keys,
          tokens,
          run,
          merged);
      CudaArray before = keys;
      keys = merged;
      merged = before;
    }
    return keys;
  }

  void addLayerNorm(
      CudaArray x, CudaArray residual, CudaArray gamma, CudaArray beta, double eps, CudaArray out) {
    int rows = (int) x.size(0);
    loops
        .rowProgram("layernorm", x.size(1))
        .launch(
            "addLayerNorm",
            CudaLoops.rowBlocks(rows),
            1,
            CudaLoops.THREADS,
            0,
            x,
            residual,
            gamma,
            beta,
            (float) eps,
            out,
            rows);
  }

  void addLayerNormBackward(
      CudaArray x,
      CudaArray residual,
      CudaArray gamma,
      double eps,
      CudaArray dOut,
      CudaArray dSum,
      CudaArray dGamma,
      CudaArray dBeta) {
    int rows = (int) x.size(0);
    long h = x.size(1);
    int blocks = CudaLoops.summingBlocks(rows);
    CudaArray partial = loops.scratch.floats(CudaScratch.Use.PARTIAL_SUMS, blocks, 2 * h);
    loops
        .rowProgram("layernorm", h)
        .launch(
            "addLayerNormBackward",
            blocks,
            1,
            CudaLoops.THREADS,
            0,
            x,
            residual,
            gamma,
            (float) eps,
            dOut,
            dSum,
            partial,
            rows);
    loops.sumPairs(partial, dGamma, dBeta);
  }
}

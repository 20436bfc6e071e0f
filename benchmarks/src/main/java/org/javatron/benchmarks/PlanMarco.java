package org.javatron.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.javatron.data.CorpusReader;
import org.javatron.data.TextRecord;
import org.javatron.encode.BatchEncoder;
import org.javatron.encode.SequenceBuilder;
import org.javatron.io.Progress;
import org.javatron.kernels.KernelSet;
import org.javatron.model.EncoderOptions;
import org.javatron.model.TextEncoder;

/**
 * What {@code encode} does of a corpus beside the model, on one thread: texts are read and
 * tokenised, each chunk's batches planned, in a GPU's sizes. Tells whether a GPU would wait for
 * texts.
 *
 * <p>Arguments: bert-base-uncased's vocab.txt, the corpus.
 */
public final class PlanMarco {
  private static final int MAX_LENGTH = 128;

  private PlanMarco() {}

  /** A model that only counts. */
  private static final class Counter implements TextEncoder {
    private long tokens;
    private long batches;

    @Override
    public int dim() {
      return 1;
    }

    @Override
    public int maxTokensPerBatch() {
      return EncoderOptions.defaultMaxTokens(KernelSet.CUDA);
    }

    @Override
    public void encode(List<int[]> sequences, float[] out, int outOffset) {
      batches++;
      for (int[] sequence : sequences) {
        tokens += sequence.length;
      }
    }
  }

  /**
   * Plans the corpus.
   *
   * @param arguments vocabulary, corpus
   * @throws IOException if one cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    SequenceBuilder builder =
        new SequenceBuilder(TokenizeTexts.tokenizer(Path.of(arguments[0])), MAX_LENGTH, "[SEP]");
    Counter counter = new Counter();
    int chunkRows = counter.maxTokensPerBatch() / 2; // as encode divides a corpus
    long rows = 0;
    try (CorpusReader corpus = CorpusReader.open(Path.of(arguments[1]))) {
      List<int[]> chunk = new ArrayList<>(chunkRows);
      for (TextRecord text = corpus.next(); text != null; text = corpus.next()) {
        chunk.add(builder.build(text).ids());
        rows++;
        if (chunk.size() == chunkRows) {
          BatchEncoder.encode(counter, chunk, Progress.none());
          chunk.clear();
        }
      }
      BatchEncoder.encode(counter, chunk, Progress.none());
    }
    System.out.println(
        rows + " rows, " + counter.tokens + " tokens, " + counter.batches + " batches");
  }
}

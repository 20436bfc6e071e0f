package org.javatron.encode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.javatron.embeddings.EmbeddingsWriter;
import org.javatron.io.Progress;
import org.javatron.model.TextEncoder;

/**
 * Encodes the chunks of a corpus and appends them to the embeddings on disk.
 *
 * <p>The encoder's own threads work on one batch at a time while the next chunk is read and
 * tokenised beside it. Each chunk is on disk before the next one begins; a run that was killed goes
 * on after its last whole chunk and ends in the same bytes, because chunks begin at the same rows
 * and a chunk alone decides its batches.
 */
final class CorpusEncoder {
  /**
   * Rows in a chunk: enough for batches of like lengths, and no more than a minute or two of work
   * to lose for a BERT-base on two cores.
   */
  static final int CHUNK_ROWS = 1024;

  private final TextEncoder encoder;

  CorpusEncoder(TextEncoder encoder) {
    this.encoder = encoder;
  }

  /** What a run did. */
  record Totals(long rows, long tokens, long truncated) {}

  Totals encode(ChunkReader reader, EmbeddingsWriter writer, Progress progress) throws IOException {
    long rows = 0;
    long tokens = 0;
    long truncated = 0;
    for (Chunk chunk = reader.next(); chunk != null; chunk = reader.next()) {
      float[] embeddings = new float[chunk.rows() * encoder.dim()];
      for (int[] batch : BatchPlanner.plan(chunk.lengths(), encoder.maxTokensPerBatch())) {
        encodeBatch(chunk.sequences(), batch, embeddings);
        progress.step(batch.length);
      }
      writer.append(embeddings, chunk.ids());
      rows += chunk.rows();
      truncated += chunk.truncated();
      for (int length : chunk.lengths()) {
        tokens += length;
      }
    }
    return new Totals(rows, tokens, truncated);
  }

  private void encodeBatch(List<int[]> sequences, int[] batch, float[] embeddings) {
    int dim = encoder.dim();
    List<int[]> batchSequences = new ArrayList<>(batch.length);
    for (int position : batch) {
      batchSequences.add(sequences.get(position));
    }
    float[] rows = new float[batch.length * dim];
    encoder.encode(batchSequences, rows, 0);
    for (int i = 0; i < batch.length; i++) {
      System.arraycopy(rows, i * dim, embeddings, batch[i] * dim, dim);
    }
  }
}

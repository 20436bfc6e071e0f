package org.javatron.encode;

import java.io.IOException;
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
  /** Rows in a chunk at least: enough for batches of like lengths. */
  private static final int LEAST_ROWS = 1024;

  private final TextEncoder encoder;

  CorpusEncoder(TextEncoder encoder) {
    this.encoder = encoder;
  }

  /**
   * Rows in a chunk: as many as half a batch's tokens, so that a GPU with its large batches gets
   * several of them; no more than a minute or two of work to lose, either way.
   */
  static int chunkRows(TextEncoder encoder) {
    return Math.max(LEAST_ROWS, encoder.maxTokensPerBatch() / 2);
  }

  /** What a run did. */
  record Totals(long rows, long tokens, long truncated) {}

  Totals encode(ChunkReader reader, EmbeddingsWriter writer, Progress progress) throws IOException {
    long rows = 0;
    long tokens = 0;
    long truncated = 0;
    for (Chunk chunk = reader.next(); chunk != null; chunk = reader.next()) {
      writer.append(BatchEncoder.encode(encoder, chunk.sequences(), progress), chunk.ids());
      rows += chunk.rows();
      truncated += chunk.truncated();
      for (int[] sequence : chunk.sequences()) {
        tokens += sequence.length;
      }
    }
    return new Totals(rows, tokens, truncated);
  }
}

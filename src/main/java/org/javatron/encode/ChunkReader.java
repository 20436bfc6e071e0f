package org.javatron.encode;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.javatron.data.CorpusReader;
import org.javatron.data.TextRecord;
import org.javatron.io.Futures;

/**
 * Reads the corpus a chunk ahead of the encoder and tokenises it on several threads.
 *
 * <p>At most two chunks are in memory, the one being encoded and the next one, whatever the size of
 * the corpus. Not thread-safe.
 */
final class ChunkReader implements Closeable {
  private final CorpusReader corpus;
  private final SequenceBuilder builder;
  private final int chunkRows;
  private final int threads;
  private final ExecutorService workers;
  private long unread;
  private Future<Chunk> next;

  /**
   * Begins to read.
   *
   * @param corpus at its first row; closed by this reader's {@link #close}
   * @param builder makes the sequences
   * @param skip rows to leave out first
   * @param rows rows to give after them; the corpus must hold as many
   * @param chunkRows rows in each chunk but the last
   * @param threads threads that tokenise
   */
  ChunkReader(
      CorpusReader corpus,
      SequenceBuilder builder,
      long skip,
      long rows,
      int chunkRows,
      int threads) {
    this.corpus = corpus;
    this.builder = builder;
    this.chunkRows = chunkRows;
    this.threads = threads;
    this.unread = rows;
    // One thread reads ahead and waits for the others: hence one more than tokenise.
    this.workers =
        Executors.newFixedThreadPool(
            threads + 1,
            task -> {
              Thread thread = new Thread(task, "javatron-tokenize");
              thread.setDaemon(true);
              return thread;
            });
    this.next =
        workers.submit(
            () -> {
              for (long i = 0; i < skip; i++) {
                read();
              }
              return readChunk();
            });
  }

  /** The next chunk, or null after the last. */
  Chunk next() throws IOException {
    Chunk chunk = Futures.await(next);
    if (chunk != null) {
      next = workers.submit(this::readChunk);
    }
    return chunk;
  }

  private TextRecord read() throws IOException {
    TextRecord text = corpus.next();
    if (text == null) {
      throw new IOException("the corpus changed while it was read: it has fewer rows than before");
    }
    return text;
  }

  private Chunk readChunk() throws IOException {
    int rows = (int) Math.min(chunkRows, unread);
    if (rows == 0) {
      return null;
    }
    List<TextRecord> texts = new ArrayList<>(rows);
    for (int i = 0; i < rows; i++) {
      texts.add(read());
    }
    unread -= rows;

    List<Future<List<SequenceBuilder.Sequence>>> parts = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      List<TextRecord> part = texts.subList(rows * t / threads, rows * (t + 1) / threads);
      parts.add(workers.submit(() -> part.stream().map(builder::build).toList()));
    }
    List<int[]> sequences = new ArrayList<>(rows);
    int truncated = 0;
    for (Future<List<SequenceBuilder.Sequence>> part : parts) {
      for (SequenceBuilder.Sequence sequence : Futures.await(part)) {
        sequences.add(sequence.ids());
        truncated += sequence.truncated() ? 1 : 0;
      }
    }
    return new Chunk(texts.stream().map(TextRecord::id).toList(), sequences, truncated);
  }

  @Override
  public void close() throws IOException {
    workers.shutdownNow();
    corpus.close();
  }
}

package org.javatron.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPOutputStream;
import org.javatron.io.AtomicFile;
import org.javatron.io.Futures;
import org.javatron.io.InputException;
import org.javatron.tokenize.BertTokenizer;
import org.javatron.tokenize.TokenBuffer;

/**
 * Turns a corpus into tokenized JSON lines, {@code {"text_id": "7", "text": [2054, 2003]}}, to the
 * byte as Tevatron's scripts write them with Python's json.dumps. Ids are without {@code [CLS]} and
 * {@code [SEP]}.
 *
 * <p>Workers tokenize blocks of lines, this thread reads and writes; the order of lines stays.
 * Memory: a few blocks a worker, whatever the corpus.
 *
 * @param tokenizer shared by the workers
 * @param separator what joins title and text
 * @param maxTokens longer texts lose their right end
 * @param threads workers, at least 1
 */
public record CorpusTokenizer(
    BertTokenizer tokenizer, String separator, int maxTokens, int threads) {
  private static final int BLOCK = 512;

  /**
   * What was done.
   *
   * @param rows lines written
   * @param tokens ids written
   * @param truncated texts that had more tokens than allowed
   */
  public record Summary(long rows, long tokens, long truncated) {
    Summary plus(Summary more) {
      return new Summary(rows + more.rows, tokens + more.tokens, truncated + more.truncated);
    }
  }

  private record Block(byte[] lines, Summary summary) {}

  /**
   * Reads everything and writes it.
   *
   * @param corpus the texts; not closed here
   * @param output the file, gzip-compressed if its name ends in {@code .gz}; it appears when whole
   * @return the counts
   * @throws IOException if reading or writing fails; the old output, if any, is untouched then
   */
  public Summary write(CorpusReader corpus, Path output) throws IOException {
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try (AtomicFile file = AtomicFile.create(output)) {
      boolean compressed = output.getFileName().toString().endsWith(".gz");
      OutputStream out = compressed ? new GZIPOutputStream(file.stream(), 1 << 16) : file.stream();
      Summary total = write(corpus, Long.MAX_VALUE, out, workers);
      if (out instanceof GZIPOutputStream gzip) {
        gzip.finish();
      }
      file.commit();
      return total;
    } finally {
      workers.shutdownNow();
    }
  }

  /**
   * Reads everything and writes it to several files of a folder, {@code split00.json} and so on:
   * contiguous parts of equal size, rounded up, so that the last ones may be shorter or empty, as
   * Tevatron's tokenize_passages.py divides a corpus.
   *
   * @param corpus the texts; not closed here
   * @param rows how many there are
   * @param splits how many files, 1 to {@link ShardFiles#MOST}
   * @param folder where the files will stand; older ones of these names go
   * @return the counts
   * @throws IOException if reading or writing fails, or there are more texts than said; old files,
   *     if any, are untouched then
   */
  public Summary writeSplits(CorpusReader corpus, long rows, int splits, Path folder)
      throws IOException {
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try (ShardFiles files = ShardFiles.create(folder, ".json")) {
      Summary total = new Summary(0, 0, 0);
      for (int i = 0; i < splits; i++) {
        total = total.plus(write(corpus, (rows + splits - 1) / splits, files.next(), workers));
      }
      if (corpus.next() != null) {
        throw new InputException(
            "%s: expected %d texts, found more: was the file changed?"
                .formatted(corpus.position(), rows));
      }
      files.commit();
      return total;
    } finally {
      workers.shutdownNow();
    }
  }

  private Summary write(CorpusReader corpus, long most, OutputStream out, ExecutorService workers)
      throws IOException {
    Queue<Future<Block>> ahead = new ArrayDeque<>();
    Summary total = new Summary(0, 0, 0);
    long left = most;
    while (left > 0 || !ahead.isEmpty()) {
      while (left > 0 && ahead.size() < 2 * threads) {
        int wanted = (int) Math.min(left, BLOCK);
        List<TextRecord> records = read(corpus, wanted);
        left = records.size() < wanted ? 0 : left - wanted;
        ahead.add(workers.submit(() -> block(records)));
      }
      Block done = Futures.await(ahead.remove());
      out.write(done.lines());
      total = total.plus(done.summary());
    }
    return total;
  }

  private static List<TextRecord> read(CorpusReader corpus, int wanted) throws IOException {
    List<TextRecord> records = new ArrayList<>(wanted);
    while (records.size() < wanted) {
      TextRecord record = corpus.next();
      if (record == null) {
        break;
      }
      records.add(record);
    }
    return records;
  }

  private Block block(List<TextRecord> records) {
    StringBuilder lines = new StringBuilder();
    TokenBuffer buffer = new TokenBuffer();
    long tokens = 0;
    long truncated = 0;
    for (TextRecord record : records) {
      buffer.clear();
      boolean cut;
      if (record.tokens() == null) {
        cut = tokenizer.tokens(record.joined(separator), maxTokens, buffer);
      } else {
        cut = record.tokens().length > maxTokens;
        buffer.append(record.tokens(), maxTokens);
      }
      tokens += buffer.size();
      truncated += cut ? 1 : 0;
      line(record.id(), buffer, lines);
    }
    return new Block(
        lines.toString().getBytes(StandardCharsets.US_ASCII),
        new Summary(records.size(), tokens, truncated));
  }

  private static void line(String id, TokenBuffer ids, StringBuilder out) {
    out.append("{\"text_id\": ");
    PythonJson.string(id, out);
    out.append(", \"text\": ");
    PythonJson.ids(ids, out);
    out.append("}\n");
  }
}

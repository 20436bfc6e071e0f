package org.javatron.mine;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.javatron.data.Negatives;
import org.javatron.data.NegativesWriter;
import org.javatron.data.Qrels;
import org.javatron.data.ShardFiles;
import org.javatron.data.TextRecord;
import org.javatron.data.TextStore;
import org.javatron.io.Futures;
import org.javatron.io.Progress;

/**
 * Writes training rows: for each query of a source its relevant passages and a sample of its other
 * candidates, as Tevatron's build_train.py and build_train_hn.py do.
 *
 * <p>Workers look up and tokenize blocks of queries, this thread reads and writes; rows stand in
 * the source's order. Memory: a few blocks a worker, and the ids of the queries seen.
 */
public final class TrainingRows {
  private static final int BLOCK = 32;

  private final TextStore queries;
  private final TextStore passages;
  private final Qrels qrels;
  private final RowSettings settings;

  /**
   * A writer of rows.
   *
   * @param queries the queries' texts
   * @param passages the corpus
   * @param qrels which passages are relevant
   * @param settings how rows are made
   */
  public TrainingRows(TextStore queries, TextStore passages, Qrels qrels, RowSettings settings) {
    this.queries = queries;
    this.passages = passages;
    this.qrels = qrels;
    this.settings = settings;
  }

  /**
   * Writes the rows of all queries.
   *
   * @param source queries and candidates
   * @param files take the rows; committed and closed by the caller
   * @param negatives takes the negatives' ids of each row, or null; committed and closed by the
   *     caller
   * @param progress counts queries
   * @return what was written and found
   * @throws IOException if reading or writing fails
   */
  public RowReport write(
      CandidateSource source, ShardFiles files, NegativesWriter negatives, Progress progress)
      throws IOException {
    ExecutorService workers = Executors.newFixedThreadPool(settings.threads());
    try {
      Work work = new Work(workers, new Output(files, negatives), progress);
      source.forEach(work::accept);
      return work.finish();
    } finally {
      workers.shutdownNow();
    }
  }

  /** A row's bytes, and the negatives in it. */
  private record Row(byte[] line, Negatives negatives) {}

  private record Block(List<Row> rows, RowReport report) {}

  /** Blocks on their way through the workers, in order. */
  private final class Work {
    private final ExecutorService workers;
    private final Output output;
    private final Progress progress;
    private final Queue<Future<Block>> ahead = new ArrayDeque<>();
    private final Set<String> seen = new HashSet<>();
    private final RowReport report = new RowReport();
    private List<Negatives> block = new ArrayList<>();

    Work(ExecutorService workers, Output output, Progress progress) {
      this.workers = workers;
      this.output = output;
      this.progress = progress;
    }

    void accept(Negatives candidates) throws IOException {
      if (!seen.add(candidates.queryId())) {
        report.count(Finding.QUERY_AGAIN, candidates.queryId());
      }
      block.add(candidates);
      if (block.size() == BLOCK) {
        submit();
      }
    }

    RowReport finish() throws IOException {
      submit();
      while (!ahead.isEmpty()) {
        take();
      }
      for (String judged : qrels.queryIds()) {
        if (!seen.contains(judged)) {
          report.count(Finding.QUERY_WITHOUT_CANDIDATES, judged);
        }
      }
      return report;
    }

    private void submit() throws IOException {
      if (ahead.size() == 2 * settings.threads()) {
        take();
      }
      List<Negatives> ready = block;
      block = new ArrayList<>(BLOCK);
      ahead.add(workers.submit(() -> rows(ready)));
      progress.step(ready.size());
    }

    private void take() throws IOException {
      Block done = Futures.await(ahead.remove());
      report.add(done.report());
      for (Row row : done.rows()) {
        output.write(row);
      }
    }
  }

  /** Rows on their way into files. */
  private final class Output {
    private final ShardFiles files;
    private final NegativesWriter negatives;
    private OutputStream shard;
    private int rows;

    Output(ShardFiles files, NegativesWriter negatives) {
      this.files = files;
      this.negatives = negatives;
    }

    void write(Row row) throws IOException {
      if (shard == null || rows == settings.rowsPerShard()) {
        shard = files.next();
        rows = 0;
      }
      shard.write(row.line());
      rows++;
      if (negatives != null) {
        negatives.write(row.negatives());
      }
    }
  }

  private Block rows(List<Negatives> block) throws IOException {
    Block made = new Block(new ArrayList<>(), new RowReport());
    StringBuilder line = new StringBuilder();
    for (Negatives candidates : block) {
      line.setLength(0);
      Negatives used = append(candidates, line, made.report());
      if (used != null) {
        made.rows().add(new Row(line.toString().getBytes(StandardCharsets.US_ASCII), used));
      }
    }
    return made;
  }

  /** Appends a query's row; the negatives in it, or null if there can be no row. */
  private Negatives append(Negatives candidates, StringBuilder out, RowReport report)
      throws IOException {
    String queryId = candidates.queryId();
    Set<String> relevant = qrels.relevant(queryId, settings.relevance());
    if (relevant.isEmpty()) {
      report.count(Finding.QUERY_NOT_JUDGED, queryId);
      return null;
    }
    TextRecord query = queries.get(queryId);
    if (query == null) {
      report.count(Finding.QUERY_WITHOUT_TEXT, queryId);
      return null;
    }
    List<TextRecord> positives = positives(relevant, report);
    if (positives.isEmpty()) {
      report.count(Finding.QUERY_WITHOUT_POSITIVE, queryId);
      return null;
    }
    List<String> pool = pool(candidates.passageIds(), relevant, report);
    List<TextRecord> negatives =
        new NegativeSampler(passages, settings.negatives(), settings.seed())
            .draw(queryId, pool, report);
    if (negatives.isEmpty() && settings.negatives() > 0) {
      report.count(Finding.QUERY_WITHOUT_NEGATIVE, queryId);
      return null;
    }
    if (negatives.size() < settings.negatives()) {
      report.count(Finding.FEW_NEGATIVES, queryId);
    }
    settings.form().append(query, positives, negatives, out);
    report.row(positives.size(), negatives.size());
    return new Negatives(queryId, negatives.stream().map(TextRecord::id).toList());
  }

  private List<TextRecord> positives(Set<String> relevant, RowReport report) throws IOException {
    List<TextRecord> positives = new ArrayList<>(relevant.size());
    for (String id : relevant) {
      TextRecord passage = passages.get(id);
      if (passage == null) {
        report.count(Finding.POSITIVE_NOT_IN_CORPUS, id);
      } else {
        positives.add(passage);
      }
    }
    return positives;
  }

  private List<String> pool(List<String> candidates, Set<String> relevant, RowReport report) {
    List<String> pool = new ArrayList<>(Math.min(candidates.size(), settings.depth()));
    for (String id : candidates) {
      if (relevant.contains(id)) {
        report.count(Finding.CANDIDATE_IS_RELEVANT, id);
      } else if (pool.size() < settings.depth()) {
        pool.add(id);
      }
    }
    return pool;
  }
}

package org.javatron.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.javatron.io.AtomicTextFile;

/**
 * Training rows from texts that nobody has labelled, for contrastive pre-training: each span of a
 * document, or passage of a corpus, is the positive of a query made for it.
 *
 * <p>The query is the passage's title; or, in a document without one, another of its spans, as
 * coCondenser samples them (Gao and Callan 2022); or a sentence cut from the span, which is then
 * without it (the inverse cloze task of Lee, Chang and Toutanova 2019). Rows have no negatives:
 * those are the other queries' passages in the batch. Rows of a document stand together, so they
 * must be shuffled before they are batched.
 *
 * <p>Memory: one document, whatever the collection.
 */
public final class TrainingPairs {
  private TrainingPairs() {}

  /**
   * What was written.
   *
   * @param rows lines
   * @param titles rows whose query is a title
   * @param spans rows whose query is another span
   * @param sentences rows whose query is a sentence of the span
   * @param skipped spans and empty documents that gave no row
   */
  public record Summary(long rows, long titles, long spans, long sentences, long skipped) {}

  /**
   * Makes a row of every span or passage that can have a query.
   *
   * @param input files of spans, or corpora in any form but token ids
   * @param rules how queries are made
   * @param output the JSON lines, gzip-compressed if the name ends in {@code .gz}; it appears when
   *     whole
   * @return the counts
   * @throws IOException if a file cannot be read or written, or a line is not as it must be
   */
  public static Summary write(List<Path> input, PairRules rules, Path output) throws IOException {
    PairSampler sampler = new PairSampler(rules);
    Map<PairSampler.Kind, Long> rows = new EnumMap<>(PairSampler.Kind.class);
    long skipped = 0;
    try (DocumentReader documents = new DocumentReader(input);
        AtomicTextFile file = AtomicTextFile.create(output)) {
      StringBuilder line = new StringBuilder();
      for (Document d = documents.next(); d != null; d = documents.next()) {
        skipped += d.spans().isEmpty() ? 1 : 0;
        for (int span = 0; span < d.spans().size(); span++) {
          PairSampler.Pair pair = sampler.sample(d, span);
          if (pair == null) {
            skipped++;
          } else {
            line.setLength(0);
            row(d.spanId(span), pair, line);
            file.writer().append(line);
            rows.merge(pair.kind(), 1L, Long::sum);
          }
        }
      }
      file.commit();
    }
    long titles = rows.getOrDefault(PairSampler.Kind.TITLE, 0L);
    long spans = rows.getOrDefault(PairSampler.Kind.SPAN, 0L);
    long sentences = rows.getOrDefault(PairSampler.Kind.SENTENCE, 0L);
    return new Summary(titles + spans + sentences, titles, spans, sentences, skipped);
  }

  private static void row(String id, PairSampler.Pair pair, StringBuilder line) {
    line.append("{\"query_id\": ");
    PythonJson.string(id, line);
    line.append(", \"query\": ");
    PythonJson.string(pair.query(), line);
    line.append(", \"positives\": [");
    PythonJson.string(pair.positive(), line);
    line.append("], \"negatives\": []}\n");
  }
}

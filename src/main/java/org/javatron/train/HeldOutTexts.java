package org.javatron.train;

import it.unimi.dsi.fastutil.objects.ObjectOpenHashSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.javatron.data.CorpusReader;
import org.javatron.data.Qrels;
import org.javatron.data.TextRecord;
import org.javatron.encode.SequenceBuilder;
import org.javatron.io.InputException;
import org.javatron.io.Progress;
import org.javatron.tokenize.BertTokenizer;

/**
 * The sample that is asked during training, as token ids: queries, the passages judged for them,
 * and others drawn from the corpus. Rows stand in the files' order, so that equal scores are
 * ordered as a search over the whole files would order them.
 *
 * @param queries the queries drawn
 * @param judgedQueries how many queries there were to draw from
 * @param passages the passages to search
 * @param corpusRows how many passages the corpus has
 * @param unanswerable queries of the sample none of whose relevant passages the corpus has
 */
record HeldOutTexts(
    List<Text> queries,
    long judgedQueries,
    List<Text> passages,
    long corpusRows,
    int unanswerable) {
  /** A tokenised text and its row in its file. */
  record Text(long row, String id, int[] tokens) {}

  /** Reads queries and corpus once each; memory is the sample's. */
  static HeldOutTexts read(
      HeldOutSettings settings, Qrels qrels, BertTokenizer tokenizer, Progress progress)
      throws IOException {
    Reservoir<Text> drawn = drawQueries(settings, qrels, tokenizer);
    if (drawn.seen() == 0) {
      throw new InputException(
          "%s: expected queries that %s judges a passage relevant for, found none"
              .formatted(settings.queries(), settings.qrels()));
    }
    Set<String> judged = new ObjectOpenHashSet<>();
    drawn.items().forEach(query -> judged.addAll(qrels.of(query.id()).keySet()));
    List<Text> passages = new ArrayList<>();
    long rows = readPassages(settings, tokenizer, judged, passages, progress);

    Set<String> found = new ObjectOpenHashSet<>();
    passages.forEach(passage -> found.add(passage.id()));
    int unanswerable = 0;
    for (Text query : drawn.items()) {
      unanswerable += relevant(qrels, query.id()).stream().noneMatch(found::contains) ? 1 : 0;
    }
    if (unanswerable == drawn.items().size()) {
      throw new InputException(
          "%s: expected passages that %s judges relevant for queries of %s, found none"
              .formatted(settings.corpus().get(0), settings.qrels(), settings.queries()));
    }
    return new HeldOutTexts(
        inOrder(drawn.items()), drawn.seen(), inOrder(passages), rows, unanswerable);
  }

  private static Reservoir<Text> drawQueries(
      HeldOutSettings settings, Qrels qrels, BertTokenizer tokenizer) throws IOException {
    SequenceBuilder sequences =
        new SequenceBuilder(tokenizer, settings.queryMaxLength(), settings.separator());
    Reservoir<Text> sample = new Reservoir<>(settings.sample(), settings.seed());
    try (CorpusReader reader = CorpusReader.open(settings.queries())) {
      long row = 0;
      for (TextRecord query = reader.next(); query != null; query = reader.next(), row++) {
        if (!relevant(qrels, query.id()).isEmpty()) {
          offer(sample, row, query, sequences);
        }
      }
    }
    return sample;
  }

  private static long readPassages(
      HeldOutSettings settings,
      BertTokenizer tokenizer,
      Set<String> judged,
      List<Text> passages,
      Progress progress)
      throws IOException {
    SequenceBuilder sequences =
        new SequenceBuilder(tokenizer, settings.passageMaxLength(), settings.separator());
    int others =
        settings.passages() == 0
            ? Integer.MAX_VALUE
            : Math.max(0, settings.passages() - judged.size());
    Reservoir<Text> sample = new Reservoir<>(others, settings.seed());
    long row = 0;
    try (CorpusReader reader = CorpusReader.open(settings.corpus())) {
      for (TextRecord text = reader.next(); text != null; text = reader.next(), row++) {
        if (judged.contains(text.id())) {
          passages.add(new Text(row, text.id(), sequences.build(text).ids()));
        } else {
          offer(sample, row, text, sequences);
        }
        progress.step(1);
      }
    }
    passages.addAll(sample.items());
    return row;
  }

  private static void offer(
      Reservoir<Text> sample, long row, TextRecord text, SequenceBuilder sequences) {
    sample.offer(() -> new Text(row, text.id(), sequences.build(text).ids()));
  }

  private static List<String> relevant(Qrels qrels, String query) {
    return qrels.of(query).object2IntEntrySet().stream()
        .filter(judgement -> judgement.getIntValue() >= HeldOutEvaluation.RELEVANT)
        .map(judgement -> judgement.getKey())
        .toList();
  }

  private static List<Text> inOrder(List<Text> texts) {
    return texts.stream().sorted(Comparator.comparingLong(Text::row)).toList();
  }

  /** Token ids in memory. */
  long tokens() {
    return tokens(queries) + tokens(passages);
  }

  private static long tokens(List<Text> texts) {
    return texts.stream().mapToLong(text -> text.tokens().length).sum();
  }
}

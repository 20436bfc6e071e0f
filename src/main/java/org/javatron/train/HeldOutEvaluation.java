package org.javatron.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.javatron.data.Qrels;
import org.javatron.data.RankedList;
import org.javatron.embeddings.MemoryVectors;
import org.javatron.encode.BatchEncoder;
import org.javatron.eval.JudgedRanking;
import org.javatron.eval.ReciprocalRank;
import org.javatron.io.InputException;
import org.javatron.io.Progress;
import org.javatron.model.TextEncoder;
import org.javatron.search.ExactSearcher;
import org.javatron.search.Hits;
import org.javatron.search.SearchOptions;
import org.javatron.tokenize.BertTokenizer;

/**
 * MRR@10 on queries that training does not see, over the passages judged for them and a sample of
 * the corpus.
 *
 * <p>Texts are read and tokenised once, by {@link #open}. Each evaluation then encodes the sample,
 * searches it exactly and scores it, as {@code encode}, {@code search} and {@code evaluate} would:
 * with a sample of everything it is their figure. Over part of the corpus the figure is higher than
 * over all of it, since fewer passages compete, and only good for comparison with itself.
 *
 * <p>Memory: the sample's token ids always, its vectors during an evaluation; {@link #description}
 * says how much. It does not grow with the corpus unless all of it is asked for. Not thread-safe.
 */
public final class HeldOutEvaluation implements HeldOut {
  /** The smallest judgement that counts as relevant. */
  static final int RELEVANT = 1;

  private static final ReciprocalRank MRR10 = new ReciprocalRank(10, RELEVANT);

  private final HeldOutTexts texts;
  private final Qrels qrels;
  private final SearchOptions search;
  private final int dim;

  private HeldOutEvaluation(HeldOutTexts texts, Qrels qrels, SearchOptions search, int dim) {
    this.texts = texts;
    this.qrels = qrels;
    this.search = search;
    this.dim = dim;
  }

  /**
   * Draws the sample and tokenises it.
   *
   * @param settings files and sizes
   * @param dim values in the encoders' vectors
   * @param tokenizer the model's tokenizer
   * @param progress counts passages of the corpus as they are read
   * @return the evaluation, ready to be asked any number of times
   * @throws IOException if a file cannot be read, no query of the file has a relevant passage, or
   *     the corpus has none of those passages, or more passages are asked for than an array holds
   *     vectors
   */
  public static HeldOutEvaluation open(
      HeldOutSettings settings, int dim, BertTokenizer tokenizer, Progress progress)
      throws IOException {
    Qrels qrels = Qrels.read(settings.qrels());
    HeldOutTexts texts = HeldOutTexts.read(settings, qrels, tokenizer, progress);
    int most = (Integer.MAX_VALUE - 8) / dim;
    if (texts.passages().size() > most) {
      throw new InputException(
          "held-out evaluation holds its vectors in memory, at most %d of %d values, but %d passages are asked for"
              .formatted(most, dim, texts.passages().size()));
    }
    return new HeldOutEvaluation(
        texts, qrels, SearchOptions.defaults().withThreads(settings.threads()), dim);
  }

  @Override
  public double mrr10(TextEncoder queryEncoder, TextEncoder passageEncoder) throws IOException {
    MemoryVectors passages = encode(passageEncoder, texts.passages());
    List<Hits> answers;
    try (ExactSearcher searcher = new ExactSearcher(passages, search)) {
      answers = searcher.search(encode(queryEncoder, texts.queries()), MRR10.depth());
    }
    double sum = 0;
    for (int q = 0; q < answers.size(); q++) {
      sum += reciprocalRank(texts.queries().get(q).id(), answers.get(q));
    }
    return sum / answers.size();
  }

  private double reciprocalRank(String query, Hits hits) {
    List<String> ids =
        Arrays.stream(hits.ordinals()).mapToObj(row -> texts.passages().get(row).id()).toList();
    double[] scores = IntStream.range(0, hits.size()).mapToDouble(i -> hits.scores()[i]).toArray();
    int[] ranks = IntStream.rangeClosed(1, hits.size()).toArray();
    RankedList ranking = new RankedList(query, ids, scores, ranks);
    return MRR10.of(JudgedRanking.of(ranking, qrels.of(query)));
  }

  private static MemoryVectors encode(TextEncoder encoder, List<HeldOutTexts.Text> rows) {
    List<int[]> sequences = new ArrayList<>(rows.size());
    List<String> ids = new ArrayList<>(rows.size());
    for (HeldOutTexts.Text row : rows) {
      sequences.add(row.tokens());
      ids.add(row.id());
    }
    float[] vectors = BatchEncoder.encode(encoder, sequences, Progress.none());
    return new MemoryVectors(vectors, encoder.dim(), ids);
  }

  /**
   * One sentence for the person who trains: what is asked and what it needs.
   *
   * @return how many queries and passages, which of them can never score, and the memory
   */
  public String description() {
    long rows = texts.queries().size() + (long) texts.passages().size();
    return String.format(
        Locale.ROOT,
        "held out: %d of %d judged queries over %d of %d passages, %d MB in the heap%s",
        texts.queries().size(),
        texts.judgedQueries(),
        texts.passages().size(),
        texts.corpusRows(),
        (Integer.BYTES * texts.tokens() + Float.BYTES * rows * dim >> 20) + 1,
        texts.unanswerable() == 0
            ? ""
            : "; the corpus lacks the relevant passages of "
                + texts.unanswerable()
                + " queries, which count 0");
  }
}

package org.javatron.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.javatron.data.Qrels;
import org.javatron.io.InputException;
import org.javatron.io.Progress;
import org.javatron.model.TextEncoder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeldOutEvaluationTest {
  private static final int QUERIES = 60;
  private static final int PASSAGES = 300;

  @TempDir Path folder;
  private Path queries;
  private Path qrels;
  private Path corpus;

  @BeforeEach
  void writeCollection() throws IOException {
    Random random = new Random(11);
    List<String> questions = texts("q", QUERIES, 3, random);
    List<String> answers = texts("p", PASSAGES, 8, random);
    // The first passages speak of what the queries ask, among other things.
    for (int q = 0; q < QUERIES; q++) {
      answers.set(q, answers.get(q) + questions.get(q).split("\t")[1]);
    }
    queries = write("queries.tsv", questions);
    corpus = write("corpus.tsv", answers);
    List<String> judgements = new ArrayList<>();
    for (int q = 0; q < QUERIES - 10; q++) {
      judgements.add("q" + q + "\t0\tp" + q + "\t1");
      judgements.add("q" + q + "\t0\tp" + (100 + random.nextInt(100)) + "\t0");
    }
    // Judged, but nothing relevant.
    judgements.add("q" + (QUERIES - 1) + "\t0\tp0\t0");
    qrels = write("qrels.tsv", judgements);
  }

  private Path write(String name, List<String> lines) throws IOException {
    return Files.write(folder.resolve(name), lines);
  }

  private static List<String> texts(String prefix, int count, int words, Random random) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder line = new StringBuilder(prefix + i + "\t");
      for (int w = 1 + random.nextInt(words); w > 0; w--) {
        line.append((char) ('a' + random.nextInt(6))).append(' ');
      }
      lines.add(line.toString());
    }
    return lines;
  }

  private HeldOutSettings settings(int sample, int passages, long seed) {
    return new HeldOutSettings(
        queries, qrels, List.of(corpus), sample, passages, seed, 32, 128, " ", 2);
  }

  private HeldOutTexts read(int sample, int passages, long seed) throws IOException {
    return HeldOutTexts.read(
        settings(sample, passages, seed), Qrels.read(qrels), BagOfWords.TOKENIZER, Progress.none());
  }

  private HeldOutEvaluation open(int sample, int passages) throws IOException {
    return HeldOutEvaluation.open(
        settings(sample, passages, 1),
        new BagOfWords().dim(),
        BagOfWords.TOKENIZER,
        Progress.none());
  }

  /** The same figure the long way: every inner product, a stable sort, the first relevant row. */
  private double plainly(HeldOutTexts texts) throws IOException {
    Qrels judgements = Qrels.read(qrels);
    double sum = 0;
    for (HeldOutTexts.Text query : texts.queries()) {
      List<HeldOutTexts.Text> ranked = new ArrayList<>(texts.passages());
      ranked.sort(Comparator.comparingInt(passage -> -common(query.tokens(), passage.tokens())));
      for (int rank = 1; rank <= 10; rank++) {
        if (judgements.of(query.id()).getOrDefault(ranked.get(rank - 1).id(), 0) > 0) {
          sum += 1.0 / rank;
          break;
        }
      }
    }
    return sum / texts.queries().size();
  }

  private static int common(int[] query, int[] passage) {
    int count = 0;
    for (int a : query) {
      for (int b : passage) {
        count += a == b && a >= 5 ? 1 : 0;
      }
    }
    return count;
  }

  @Test
  void theFigureIsThatOfAllInnerProducts() throws IOException {
    for (int[] size : new int[][] {{1000, 0}, {20, 0}, {20, 120}, {5, 1}, {1, 300}}) {
      double expected = plainly(read(size[0], size[1], 1));
      HeldOutEvaluation evaluation = open(size[0], size[1]);
      assertEquals(expected, evaluation.mrr10(new BagOfWords(), new BagOfWords()), 1e-12);
      assertEquals(expected, evaluation.mrr10(new BagOfWords(), new BagOfWords()), 1e-12);
    }
    assertTrue(plainly(read(1000, 0, 1)) > 0.05, "the collection can be answered, partly");
  }

  @Test
  void eachSideHasItsEncoder() throws IOException {
    TextEncoder backwards =
        new TextEncoder() {
          @Override
          public int dim() {
            return new BagOfWords().dim();
          }

          @Override
          public int maxTokensPerBatch() {
            return 64;
          }

          @Override
          public void encode(List<int[]> sequences, float[] out, int offset) {
            new BagOfWords().encode(sequences, out, offset);
            for (int i = 0; i < sequences.size() * dim(); i++) {
              out[offset + i] *= -1;
            }
          }
        };
    HeldOutEvaluation evaluation = open(1000, 0);
    double right = evaluation.mrr10(new BagOfWords(), new BagOfWords());
    assertNotEquals(right, evaluation.mrr10(backwards, new BagOfWords()));
    assertEquals(right, evaluation.mrr10(backwards, backwards), 1e-12);
  }

  @Test
  void theSampleHoldsEveryPassageJudgedForItsQueriesAndKeepsToItsSize() throws IOException {
    Qrels judgements = Qrels.read(qrels);
    for (long seed = 0; seed < 20; seed++) {
      HeldOutTexts texts = read(12, 40, seed);
      assertEquals(12, texts.queries().size());
      assertEquals(QUERIES - 10, texts.judgedQueries());
      assertEquals(PASSAGES, texts.corpusRows());
      assertEquals(40, texts.passages().size());
      Set<String> ids = new HashSet<>();
      texts.passages().forEach(passage -> ids.add(passage.id()));
      assertEquals(40, ids.size());
      for (HeldOutTexts.Text query : texts.queries()) {
        assertTrue(ids.containsAll(judgements.of(query.id()).keySet()), query.id());
      }
      long[] rows = texts.passages().stream().mapToLong(HeldOutTexts.Text::row).toArray();
      assertTrue(IntStream.range(1, 40).allMatch(i -> rows[i - 1] < rows[i]));
      assertEquals("p" + rows[7], texts.passages().get(7).id());
    }
  }

  @Test
  void theSeedDecidesTheSample() throws IOException {
    assertEquals(ids(read(12, 40, 3)), ids(read(12, 40, 3)));
    assertNotEquals(ids(read(12, 40, 3)), ids(read(12, 40, 4)));
  }

  private static List<String> ids(HeldOutTexts texts) {
    List<String> ids = new ArrayList<>();
    texts.queries().forEach(query -> ids.add(query.id()));
    texts.passages().forEach(passage -> ids.add(passage.id()));
    return ids;
  }

  @Test
  void aReservoirGivesEachItemTheSameChance() {
    int[] drawn = new int[30];
    for (int seed = 0; seed < 6000; seed++) {
      Reservoir<Integer> reservoir = new Reservoir<>(5, seed);
      IntStream.range(0, 30).forEach(i -> reservoir.offer(() -> i));
      assertEquals(5, new HashSet<>(reservoir.items()).size());
      reservoir.items().forEach(i -> drawn[i]++);
    }
    // 1000 each expected, with a standard deviation of 29.
    for (int count : drawn) {
      assertEquals(1000, count, 150);
    }
  }

  @Test
  void theDescriptionSaysWhatIsAsked() throws IOException {
    assertEquals(
        "held out: 12 of 50 judged queries over 40 of 300 passages, 1 MB in the heap",
        open(12, 40).description());
  }

  @Test
  void relevantPassagesThatTheCorpusLacksAreSaidAndCountNothing() throws IOException {
    qrels = write("some.tsv", List.of("q0\t0\tp1\t1", "q1\t0\tnowhere\t1"));
    HeldOutEvaluation evaluation = open(1000, 0);
    assertEquals(
        "held out: 2 of 2 judged queries over 300 of 300 passages, 1 MB in the heap; the corpus"
            + " lacks the relevant passages of 1 queries, which count 0",
        evaluation.description());
    assertTrue(evaluation.mrr10(new BagOfWords(), new BagOfWords()) <= 0.5);

    qrels = write("none.tsv", List.of("q1\t0\tnowhere\t1"));
    assertEquals(
        "%s: expected passages that %s judges relevant for queries of %s, found none"
            .formatted(corpus, qrels, queries),
        assertThrows(InputException.class, () -> open(1000, 0)).getMessage());
  }

  @Test
  void queriesThatNobodyJudgedAreAnError() throws IOException {
    qrels = write("others.tsv", List.of("x\t0\tp1\t1", "q1\t0\tp1\t0"));
    assertEquals(
        "%s: expected queries that %s judges a passage relevant for, found none"
            .formatted(queries, qrels),
        assertThrows(InputException.class, () -> open(1000, 0)).getMessage());
  }

  @Test
  void morePassagesThanAnArrayHoldsAreRefusedBeforeTrainingBegins() {
    InputException error =
        assertThrows(
            InputException.class,
            () ->
                HeldOutEvaluation.open(
                    settings(10, 0, 1), 100_000_000, BagOfWords.TOKENIZER, Progress.none()));
    assertEquals(
        "held-out evaluation holds its vectors in memory, at most 21 of 100000000 values, but 300"
            + " passages are asked for",
        error.getMessage());
  }

  @Test
  void sizesAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> settings(0, 5, 1));
    assertThrows(IllegalArgumentException.class, () -> settings(5, -1, 1));
  }
}

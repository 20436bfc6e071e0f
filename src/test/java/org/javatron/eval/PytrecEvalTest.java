package org.javatron.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.javatron.data.Qrels;
import org.javatron.data.RunFormat;
import org.javatron.data.RunReader;
import org.javatron.data.RunWriter;
import org.javatron.data.TieRule;
import org.javatron.testing.Peers;
import org.javatron.testing.SharedData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every figure of every query equals pytrec_eval's, and MRR@10 the MS MARCO rule's. */
@Tag("peers")
class PytrecEvalTest {
  private static final String METRICS =
      "map,map@7,ndcg,ndcg@3,ndcg@10,recall@5,recall@1000,precision@5,success@1,success@5,mrr,mrr@10";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"1,1", "2,2", "3,3", "4,1"})
  void randomRunsWithTiesAndGrades(long seed, int level) throws IOException {
    RandomRuns random = new RandomRuns(seed);
    Path qrels = random.qrels(folder.resolve("qrels"), 150);
    Path run = random.run(folder.resolve("run"), 150);
    assertTrue(compare(qrels, run, level) > 100 * 12);
  }

  @Test
  @Tag("real-data")
  void bm25OnTrecDeepLearning2019() throws IOException {
    Path qrels = SharedData.path("msmarco-eval/2019qrels-pass.txt");
    Path run = SharedData.path("msmarco-eval/bm25.dl19.run.gz");
    for (int level = 1; level <= 2; level++) {
      assertEquals(43 * 12, compare(qrels, run, level));
    }
  }

  @Test
  @Tag("real-data")
  void msMarcoDevSmallAgainstTheMsMarcoRule() throws IOException {
    Path qrelsFile = SharedData.path("msmarco-eval/qrels.dev.small.tsv");
    Qrels qrels = Qrels.read(qrelsFile);
    assertEquals(6980, qrels.queryIds().size());
    assertEquals(7437, qrels.size());
    Path run = folder.resolve("run.marco");
    writeRandomRun(qrels, run);
    double expected =
        Double.parseDouble(Peers.run("src/test/python/msmarco_mrr.py", qrelsFile, run).strip());
    try (RunReader reader = RunReader.open(run, null, TieRule.TREC_EVAL)) {
      assertEquals(RunFormat.MARCO, reader.format());
      Evaluation ours = Evaluation.of(reader, qrels, MetricNames.parse("mrr@10", 1), 1, false);
      assertTrue(expected > 0.2 && expected < 0.8, "MRR@10 " + expected);
      assertEquals(expected, ours.means()[0], 1e-12);
      assertEquals(6980, ours.queries());
      assertTrue(ours.unanswered() > 300);
    }
  }

  /** A run that finds the relevant passage at a random place, and leaves some queries out. */
  private static void writeRandomRun(Qrels qrels, Path path) throws IOException {
    Random random = new Random(7);
    try (RunWriter writer = RunWriter.create(path, RunFormat.MARCO)) {
      for (String query : qrels.queryIds()) {
        if (random.nextInt(20) == 0) {
          continue;
        }
        List<String> passages = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
          passages.add("x" + i);
        }
        for (String relevant : qrels.of(query).keySet()) {
          passages.add((int) (15 * Math.pow(random.nextDouble(), 2)), relevant);
        }
        writer.write(query, passages, new float[passages.size()]);
      }
      writer.commit();
    }
  }

  /** Compares figure by figure; answers how many there were. */
  private static int compare(Path qrels, Path run, int level) throws IOException {
    List<Metric> metrics = MetricNames.parse(METRICS, level);
    List<String> names = metrics.stream().map(Metric::name).toList();
    String peer = Peers.run("src/test/python/pytrec_eval_scores.py", qrels, run, level);
    try (RunReader reader = RunReader.open(run, null, TieRule.TREC_EVAL)) {
      Evaluation ours = Evaluation.of(reader, Qrels.read(qrels), metrics, level, true);
      String[] lines = peer.strip().split("\n");
      for (String line : lines) {
        String[] part = line.split("\t");
        double expected = Double.parseDouble(part[2]);
        assertEquals(expected, ours.of(part[0])[names.indexOf(part[1])], 1e-9, line);
      }
      assertEquals(ours.queries() * metrics.size(), lines.length);
      assertTrue(ours.ties() > 0);
      return lines.length;
    }
  }
}

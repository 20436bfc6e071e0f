package org.javatron.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.javatron.data.Qrels;
import org.javatron.data.RankedList;
import org.javatron.data.RunFormat;
import org.javatron.data.RunReader;
import org.javatron.data.RunWriter;
import org.javatron.data.TieRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluationTest {
  private static final String ALL =
      "mrr,mrr@10,recall@5,recall,ndcg@10,ndcg,map,map@5,success@5,precision@10";

  @TempDir Path folder;

  private static Evaluation evaluate(Path run, Path qrels, String metrics, boolean onlyRetrieved)
      throws IOException {
    try (RunReader reader = RunReader.open(run, null, TieRule.TREC_EVAL)) {
      return Evaluation.of(
          reader, Qrels.read(qrels), MetricNames.parse(metrics, 1), 1, onlyRetrieved);
    }
  }

  @Test
  void theDenominatorIsTheJudgedQueries() throws IOException {
    Path qrels = Files.writeString(folder.resolve("q"), "a\t0\t1\t1\nb\t0\t2\t1\nc\t0\t3\t0\n");
    Path run = Files.writeString(folder.resolve("r"), "a\t9\t1\na\t1\t2\nx\t1\t1\n");
    Evaluation all = evaluate(run, qrels, "mrr@10", false);
    assertEquals(0.5 / 3, all.means()[0], 1e-15);
    assertEquals(3, all.queries());
    assertEquals(List.of("a", "b", "c"), all.queryIds());
    assertEquals(2, all.queriesInRun());
    assertEquals(2, all.unanswered());
    assertEquals(1, all.unjudged());
    assertEquals(1, all.withoutRelevant());
    assertEquals(1, all.shallow());
    assertEquals(10, all.depth());
    assertArrayEquals(new double[] {0}, all.of("b"));
    assertThrows(IllegalArgumentException.class, () -> all.of("x"));
    Evaluation retrieved = evaluate(run, qrels, "mrr@10", true);
    assertEquals(0.5, retrieved.means()[0], 1e-15);
    assertEquals(1, retrieved.queries());
    assertEquals(List.of("a"), retrieved.queryIds());
  }

  @Test
  void aRankThatAMarcoRunLeavesOutStillCounts() throws IOException {
    Path qrels = Files.writeString(folder.resolve("q"), "a\t0\tp\t1\n");
    Path run = Files.writeString(folder.resolve("r"), "a\tx\t2\na\tp\t4\n");
    try (RunReader reader = RunReader.open(run, RunFormat.MARCO, TieRule.TREC_EVAL)) {
      Evaluation result =
          Evaluation.of(reader, Qrels.read(qrels), MetricNames.parse("mrr@10", 1), 1, false);
      assertEquals(0.25, result.means()[0]);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void linesInAnyOrderGiveTheSameFigures(long seed) throws IOException {
    Path qrels = new RandomRuns(seed).qrels(folder.resolve("q"), 40);
    Path run = new RandomRuns(seed).run(folder.resolve("r"), 40);
    List<String> lines = new ArrayList<>(Files.readAllLines(run));
    Collections.sort(lines); // query by query, where the first file is not grouped
    Path sorted = Files.write(folder.resolve("s"), lines);
    Evaluation a = evaluate(run, qrels, ALL, false);
    Evaluation b = evaluate(sorted, qrels, ALL, false);
    for (String query : a.queryIds()) {
      assertArrayEquals(a.of(query), b.of(query), query);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23})
  void figuresLieBetweenZeroAndOneAndDeeperNeverFindsLess(long seed) throws IOException {
    Path qrels = new RandomRuns(seed).qrels(folder.resolve("q"), 40);
    Path run = new RandomRuns(seed).run(folder.resolve("r"), 40);
    String[] growing = {"mrr", "recall", "success", "map"};
    for (String name : growing) {
      Evaluation result = evaluate(run, qrels, name + "@1," + name + "@3," + name + "@9", false);
      for (String query : result.queryIds()) {
        double[] v = result.of(query);
        assertTrue(0 <= v[0] && v[0] <= v[1] && v[1] <= v[2] && v[2] <= 1, name + " " + query);
      }
    }
  }

  /** The judged passages in their best order score 1 everywhere; any other order scores no more. */
  @ParameterizedTest
  @ValueSource(longs = {31, 32, 33})
  void thePerfectRunScoresOne(long seed) throws IOException {
    Path qrelsFile = new RandomRuns(seed).qrels(folder.resolve("q"), 40);
    Qrels qrels = Qrels.read(qrelsFile);
    Path perfect = folder.resolve("perfect");
    try (RunWriter writer = RunWriter.create(perfect, RunFormat.TEVATRON)) {
      for (String query : qrels.queryIds()) {
        List<String> passages = new ArrayList<>(qrels.of(query).keySet());
        passages.sort((a, b) -> qrels.of(query).getInt(b) - qrels.of(query).getInt(a));
        float[] scores = new float[passages.size()];
        for (int i = 0; i < scores.length; i++) {
          scores[i] = -i - 0.5f;
        }
        writer.write(query, passages, scores);
      }
      writer.commit();
    }
    String metrics = "mrr@10,ndcg,ndcg@3,map,recall,success@1";
    Evaluation best = evaluate(perfect, qrelsFile, metrics, false);
    int scored = 0;
    for (String query : best.queryIds()) {
      boolean any = qrels.of(query).values().intStream().anyMatch(g -> g > 0);
      for (double value : best.of(query)) {
        assertEquals(any ? 1 : 0, value, 1e-12, query);
      }
      scored += any ? 1 : 0;
    }
    assertTrue(scored > 20);
    Path shuffled = shuffle(perfect, new Random(seed));
    Evaluation other = evaluate(shuffled, qrelsFile, metrics, false);
    for (int m = 0; m < best.metrics().size(); m++) {
      assertTrue(other.means()[m] <= best.means()[m] + 1e-12);
    }
  }

  private Path shuffle(Path run, Random random) throws IOException {
    Path path = folder.resolve("shuffled");
    try (RunReader reader = RunReader.open(run, null, TieRule.FILE);
        RunWriter writer = RunWriter.create(path, RunFormat.TEVATRON)) {
      for (RankedList list = reader.next(); list != null; list = reader.next()) {
        List<String> passages = new ArrayList<>(list.passageIds());
        Collections.shuffle(passages, random);
        writer.write(list.queryId(), passages, list.scores());
      }
      writer.commit();
    }
    return path;
  }
}

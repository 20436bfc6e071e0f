package org.javatron.mine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.javatron.data.TextRecord;
import org.javatron.data.TextStore;
import org.javatron.io.Progress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NegativeSamplerTest {
  private static final int POOL = 40;

  @TempDir Path folder;
  private final List<String> pool = new ArrayList<>();
  private final RowReport report = new RowReport();
  private TextStore passages;

  @BeforeEach
  void corpus() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < POOL; i++) {
      pool.add(Integer.toString(i));
      lines.append(i).append("\ttext\n");
    }
    Path corpus = Files.writeString(folder.resolve("c.tsv"), lines.toString());
    passages = TextStore.read(List.of(corpus), folder, count -> Progress.none());
  }

  @AfterEach
  void close() throws IOException {
    passages.close();
  }

  private List<String> draw(int count, long seed, String query) throws IOException {
    return new NegativeSampler(passages, count, seed)
        .draw(query, pool, report).stream().map(TextRecord::id).toList();
  }

  @Test
  void everyCandidateIsAsLikelyInEveryPlace() throws IOException {
    int queries = 20_000;
    int[][] counts = new int[3][POOL];
    for (int q = 0; q < queries; q++) {
      // Neighbouring ids, as queries have them: their draws must not resemble each other.
      List<String> drawn = draw(3, 42, Integer.toString(100_000 + q));
      assertEquals(3, new HashSet<>(drawn).size());
      for (int place = 0; place < 3; place++) {
        counts[place][Integer.parseInt(drawn.get(place))]++;
      }
    }
    double expected = (double) queries / POOL;
    for (int[] place : counts) {
      double chiSquare = 0;
      for (int count : place) {
        chiSquare += (count - expected) * (count - expected) / expected;
      }
      // 39 degrees of freedom: a fair draw is above 72 once in a thousand, below 16 as seldom.
      assertTrue(chiSquare > 16 && chiSquare < 72, "chi-square " + chiSquare);
    }
  }

  @Test
  void neighboursDrawIndependently() throws IOException {
    int same = 0;
    for (int q = 0; q < 4_000; q++) {
      same += draw(1, 42, "q" + q).equals(draw(1, 42, "q" + (q + 1))) ? 1 : 0;
      same += draw(1, q, "q").equals(draw(1, q + 1, "q")) ? 1 : 0;
    }
    // 8000 / 40 expected, with a standard deviation of 14.
    assertTrue(same > 140 && same < 260, "equal draws: " + same);
  }

  @Test
  void theDrawIsTheSameTomorrow() throws IOException {
    assertEquals(draw(5, 42, "100003"), draw(5, 42, "100003"));
    assertEquals(
        List.of("31", "4", "6", "34", "25"),
        draw(5, 42, "100003"),
        "rows of old versions differ now");
  }

  @Test
  void whatTheCorpusLacksIsPassedOver() throws IOException {
    pool.replaceAll(id -> Integer.parseInt(id) % 2 == 0 ? id : "x" + id);
    assertEquals(15, draw(15, 1, "q").size());
    assertEquals(20, draw(30, 1, "q").size(), "all there are");
    assertTrue(report.findings().get(Finding.NEGATIVE_NOT_IN_CORPUS).times() >= 20);
  }

  @Test
  void aSmallPoolStaysAsItIs() throws IOException {
    assertEquals(pool, draw(POOL, 42, "q"));
    assertEquals(pool, draw(POOL + 1, 42, "q"));
    assertEquals(List.of(), draw(0, 42, "q"));
  }
}

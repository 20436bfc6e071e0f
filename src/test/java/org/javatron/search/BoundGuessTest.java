package org.javatron.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.javatron.embeddings.MemoryVectors;
import org.junit.jupiter.api.Test;

/** Guessed bounds are right where passages are in no order, and a wrong one costs no passage. */
class BoundGuessTest {
  private static final int TILE = 10;

  /** The guess from every sixteenth tile, as a scan makes it. */
  private static float guess(float[] scores, int depth) {
    long[] keys = new long[scores.length];
    int size = 0;
    for (int i = 0; i < scores.length; i++) {
      if (i / TILE % BoundGuess.STEP == BoundGuess.STEP / 2) {
        keys[size++] = SortKey.of(scores[i], i);
      }
    }
    double share = (double) size / scores.length;
    return BoundGuess.of(keys, size, depth, share, TILE);
  }

  private static int reaching(float[] scores, float guess) {
    int count = 0;
    for (float score : scores) {
      count += score >= guess ? 1 : 0;
    }
    return count;
  }

  @Test
  void inNoOrderItIsRightAndNear() {
    Random random = new Random(51);
    for (int trial = 0; trial < 200; trial++) {
      float[] scores = BitEqualityTest.gaussian(random, 20_000, 1);
      int found = reaching(scores, guess(scores, 1000));
      assertTrue(found >= 1000 && found < 3000, found + " of 1000");
    }
  }

  /** The best lie together, in pieces of 50: each five tiles, of which one or none is a sample. */
  @Test
  void inPiecesItIsMoreCareful() {
    Random random = new Random(52);
    int wrong = 0;
    for (int trial = 0; trial < 200; trial++) {
      float[] scores = BitEqualityTest.gaussian(random, 40_000, 1);
      for (int piece = 0; piece < 20; piece++) {
        int from = random.nextInt(800) * 50;
        for (int i = from; i < from + 50; i++) {
          scores[i] += 10;
        }
      }
      wrong += reaching(scores, guess(scores, 1000)) < 1000 ? 1 : 0;
    }
    assertTrue(wrong <= 2, wrong + " of 200 were wrong");
  }

  @Test
  void littleSaysNothing() {
    float[] scores = BitEqualityTest.gaussian(new Random(53), 20_000, 1);
    assertEquals(Float.NEGATIVE_INFINITY, guess(scores, 5));
    assertEquals(Float.NEGATIVE_INFINITY, BoundGuess.of(new long[0], 0, 1000, 0.1, TILE));
  }

  /** All that is good lies in the sample, one passage in each of its tiles. */
  @Test
  void aWrongGuessIsSeenAndTheSearchMadeAgain() throws Exception {
    int rows = 3200;
    float[] values = new float[rows * 2];
    for (int i = 0; i < rows; i++) {
      boolean sampled = i / 2 % BoundGuess.STEP == BoundGuess.STEP / 2 && i % 2 == 0;
      values[2 * i] = (sampled ? 100 : 1) + i % 97 / 100f;
      values[2 * i + 1] = i % 31;
    }
    TopK top = new TopK(200, rows, 100);
    float[] scores = new float[rows];
    int[] positions = new int[rows];
    int count = 0;
    for (int i = 0; i < rows; i++) {
      scores[i] = values[2 * i];
      if (i / 2 % BoundGuess.STEP == BoundGuess.STEP / 2) {
        positions[count++] = i;
      }
    }
    top.offer(scores, positions, count, 0, 0, null);
    assertTrue(top.right());
    top.guess(1.0 / BoundGuess.STEP, 2);
    assertEquals(100, top.bound(), 1);
    assertFalse(top.right());

    MemoryVectors passages = new MemoryVectors(values, 2, Collections.nCopies(rows, "x"));
    MemoryVectors queries =
        new MemoryVectors(new float[] {1, 0, 0, 1, 1, 0.5f}, 2, Collections.nCopies(3, "x"));
    List<Hits> expected = new ReferenceSearcher(passages).search(queries, 200);
    SearchOptions options = SearchOptions.defaults().withThreads(2).withTiles(2, 2);
    try (ExactSearcher searcher = new ExactSearcher(passages, options)) {
      List<Hits> found = searcher.search(queries, 200);
      for (int q = 0; q < 3; q++) {
        BitEqualityTest.requireSame(expected.get(q), found.get(q), 200, "query " + q);
        assertEquals(200, Arrays.stream(found.get(q).ordinals()).distinct().count());
      }
    }
  }
}

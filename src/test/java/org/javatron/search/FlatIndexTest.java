package org.javatron.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.embeddings.FaissWriter;
import org.javatron.embeddings.MemoryVectors;
import org.javatron.embeddings.TestEmbeddings;
import org.javatron.io.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlatIndexTest {
  @TempDir Path folder;

  private static List<String> ids(List<Hit> hits) {
    return hits.stream().map(Hit::id).toList();
  }

  @Test
  void addSearchSelectReconstruct() throws IOException {
    try (FlatIndex index = FlatIndex.inMemory(2, Metric.INNER_PRODUCT)) {
      assertEquals(List.of(List.of()), index.search(new float[] {1, 0}, 3));
      index.add(List.of("a", "b"), new float[] {1, 0, 0, 1});
      assertEquals(List.of("a", "b"), ids(index.search(new float[] {1, 0}, 3).get(0)));
      index.add(List.of("c", "d"), new float[] {1, 1, 2, -1});
      List<List<Hit>> found = index.search(new float[] {1, 0, 0, 1}, 3);
      assertEquals(
          List.of(new Hit("d", 3, 2), new Hit("a", 0, 1), new Hit("c", 2, 1)), found.get(0));
      assertEquals(List.of("b", "c", "a"), ids(found.get(1)));
      assertEquals(
          List.of("a", "b"), ids(index.search(new float[] {1, 0}, 3, Selector.range(0, 2)).get(0)));
      assertEquals(
          List.of("d", "a", "c"),
          ids(index.rangeSearch(new float[] {1, 0}, 1, Selector.all()).get(0)));
      assertArrayEquals(new float[] {2, -1}, index.reconstruct("d"));
      assertArrayEquals(new float[] {0, 1}, index.reconstruct(1));
      assertEquals(-1, index.ordinal("e"));
      assertEquals("c", index.id(2));
      assertEquals(4, index.size());
      assertEquals(2, index.dim());
    }
  }

  @Test
  void cosineAndDistance() throws IOException {
    float[] rows = {3, 0, 0, 0.5f, 1, 1};
    try (FlatIndex index = FlatIndex.inMemory(2, Metric.COSINE)) {
      index.add(List.of("a", "b", "c"), rows);
      assertEquals(List.of("b", "c", "a"), ids(index.search(new float[] {0, 9}, 3).get(0)));
      assertEquals(
          (float) Math.sqrt(0.5), index.search(new float[] {0, 9}, 3).get(0).get(1).score());
    }
    try (FlatIndex index = FlatIndex.inMemory(2, Metric.L2)) {
      index.add(List.of("a", "b", "c"), rows);
      assertEquals(
          List.of(new Hit("c", 2, -1), new Hit("b", 1, -1.25f), new Hit("a", 0, -4)),
          index.search(new float[] {1, 0}, 3).get(0));
    }
  }

  @Test
  void opensFoldersAndFaissFiles() throws IOException {
    float[] values = TestEmbeddings.vectors(30, 4, 1);
    Path embeddings =
        TestEmbeddings.write(
            folder.resolve("e"), TestEmbeddings.header(30, 4, EmbeddingType.FLOAT32), values, 9);
    MemoryVectors vectors = new MemoryVectors(values, 4, TestEmbeddings.ids(30));
    Path squares = folder.resolve("l2");
    FaissWriter.write(vectors, false, squares);
    float[] queries = TestEmbeddings.vectors(3, 4, 2);
    for (Path path : List.of(embeddings, squares)) {
      try (FlatIndex index = FlatIndex.open(path)) {
        Metric metric = path.equals(squares) ? Metric.L2 : Metric.INNER_PRODUCT;
        assertEquals(metric, index.metric());
        List<Hits> expected =
            new ReferenceSearcher(vectors, metric)
                .search(new MemoryVectors(queries, 4, List.of("0", "1", "2")), 5);
        List<List<Hit>> found = index.search(queries, 5);
        for (int q = 0; q < 3; q++) {
          assertArrayEquals(
              expected.get(q).ordinals(), found.get(q).stream().mapToInt(Hit::ordinal).toArray());
        }
        for (int row = 0; row < 30; row++) {
          assertEquals(row, index.ordinal(index.id(row)));
        }
        assertArrayEquals(Arrays.copyOfRange(values, 116, 120), index.reconstruct("文29"));
        assertThrows(
            UnsupportedOperationException.class, () -> index.add(List.of("x"), new float[4]));
        assertEquals(
            "there is no vector with the id \"x\"",
            assertThrows(InputException.class, () -> index.reconstruct("x")).getMessage());
      }
    }
  }

  @Test
  void refusesWhatDoesNotFitAndAddsNothingThen() throws IOException {
    try (FlatIndex index = FlatIndex.inMemory(2, Metric.L2)) {
      index.add(List.of("a"), new float[2]);
      requireRefused(
          "the id \"a\" comes twice, in rows 0 and 2",
          () -> index.add(List.of("b", "a"), new float[4]));
      requireRefused(
          "the id \"c\" comes twice, in rows 1 and 2",
          () -> index.add(List.of("c", "c"), new float[4]));
      requireRefused("3 values are not 1 rows of 2", () -> index.add(List.of("d"), new float[3]));
      requireRefused(
          "vector \"d\" (row 1) has NaN in dimension 1, expected a finite value",
          () -> index.add(List.of("d"), new float[] {0, Float.NaN}));
      requireRefused(
          "3 values are no whole number of queries of 2", () -> index.search(new float[3], 1));
      requireRefused("the depth must be at least 1, got 0", () -> index.search(new float[2], 0));
      requireRefused(
          "the threshold must be a number, got NaN",
          () -> index.rangeSearch(new float[2], Float.NaN, Selector.all()));
      assertEquals(1, index.size());
      index.add(List.of("b", "c"), new float[4]);
      assertEquals(2, index.ordinal("c"));
      assertThrows(IndexOutOfBoundsException.class, () -> index.reconstruct(3));
      assertEquals(
          "query \"of the search\" (row 1) has Infinity in dimension 0, expected a finite value",
          assertThrows(
                  InputException.class,
                  () -> index.search(new float[] {0, 0, Float.POSITIVE_INFINITY, 0}, 1))
              .getMessage());
    }
    FlatIndex closed = FlatIndex.inMemory(2, Metric.L2);
    closed.close();
    assertThrows(IllegalStateException.class, () -> closed.search(new float[2], 1));
  }

  private static void requireRefused(
      String sentence, org.junit.jupiter.api.function.Executable call) {
    assertEquals(sentence, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @Test
  void idsThatCollideOrComeTwiceAreToldApart() throws IOException {
    List<String> colliding = List.of("Aa", "BB", "AaAa", "BBBB", "AaBB", "BBAa"); // equal hashes
    try (FlatIndex index = FlatIndex.of(new MemoryVectors(new float[6], 1, colliding), Metric.L2)) {
      for (int row = 0; row < 6; row++) {
        assertEquals(row, index.ordinal(colliding.get(row)));
      }
    }
    try (FlatIndex index =
        FlatIndex.of(new MemoryVectors(new float[3], 1, List.of("a", "b", "a")), Metric.L2)) {
      assertEquals(
          "the id \"a\" comes twice, in rows 0 and 2",
          assertThrows(InputException.class, () -> index.ordinal("b")).getMessage());
    }
  }

  @Test
  void manyThreadsSearchWhileOneAdds() throws IOException {
    try (FlatIndex index = FlatIndex.inMemory(1, Metric.L2)) {
      IntStream.range(0, 200)
          .parallel()
          .forEach(
              i -> {
                if (i % 4 == 0) {
                  index.add(List.of("v" + i), new float[] {i});
                } else {
                  requireSorted(index, i);
                }
              });
      assertEquals(50, index.size());
      requireSorted(index, 7);
    }
  }

  private static void requireSorted(FlatIndex index, float query) {
    try {
      List<Hit> hits = index.search(new float[] {query}, 1000).get(0);
      for (int i = 0; i < hits.size(); i++) {
        float distance = Float.parseFloat(hits.get(i).id().substring(1)) - query;
        assertEquals(-distance * distance, hits.get(i).score());
        assertEquals(true, i == 0 || hits.get(i - 1).score() >= hits.get(i).score());
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}

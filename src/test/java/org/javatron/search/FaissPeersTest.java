package org.javatron.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.javatron.embeddings.MemoryVectors;
import org.javatron.testing.Peers;
import org.javatron.testing.SharedData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The same passages as Faiss's flat index on MiniLM's embeddings of SciFact, but for near ties. Of
 * equal scores Faiss puts the greater row first and we the smaller, so the copies that the script
 * adds change places.
 */
@Tag("peers")
@Tag("real-data")
class FaissPeersTest {
  /** Sums of 384 products below 1 in size, rounded in two orders: a few units in the last place. */
  private static final double TOLERANCE = 1e-6;

  /** Passages before the copies that the script adds. */
  private static final int DIFFERENT = 5183;

  private final Path folder = Peers.root().resolve("target/peers/scifact-minilm-48");

  @Test
  void findsWhatFaissFinds() throws IOException {
    String[] shape =
        Peers.run(
                "src/test/python/faiss_minilm.py",
                Peers.miniLm(),
                SharedData.path("scifact"),
                folder)
            .strip()
            .split(" ");
    int dim = Integer.parseInt(shape[0]);
    MemoryVectors passages = vectors("passages.f32", dim, Integer.parseInt(shape[1]));
    MemoryVectors queries = vectors("queries.f32", dim, Integer.parseInt(shape[2]));
    assertEquals(DIFFERENT + 500, passages.rows());
    float[] scores = floats("faiss.f32");
    long[] rows = longs("faiss.i64");
    try (ExactSearcher searcher = new ExactSearcher(passages, SearchOptions.defaults())) {
      for (int depth : new int[] {100, 1000}) {
        requireFaissOrder(depth, scores, rows, searcher.search(queries, depth));
      }
      // A handful of queries takes the other path, by matrix-vector products.
      float[] first = new float[3 * dim];
      queries.read(0, 3, first, 0);
      MemoryVectors few = new MemoryVectors(first, dim, List.of("0", "1", "2"));
      requireFaissOrder(1000, scores, rows, searcher.search(few, 1000));
    }
  }

  private static void requireFaissOrder(int depth, float[] scores, long[] rows, List<Hits> found) {
    int copiesSwapped = 0;
    int nearTies = 0;
    for (int q = 0; q < found.size(); q++) {
      int from = q * 1000;
      int[] ordinals = Arrays.stream(rows, from, from + depth).mapToInt(Math::toIntExact).toArray();
      float[] theirs = Arrays.copyOfRange(scores, from, from + depth);
      NearTies.requireSame(ordinals, theirs, found.get(q), TOLERANCE);
      for (int i = 0; i < depth; i++) {
        int ours = found.get(q).ordinals()[i];
        boolean copy = ours % DIFFERENT == ordinals[i] % DIFFERENT;
        copiesSwapped += ours != ordinals[i] && copy ? 1 : 0;
        nearTies += copy ? 0 : 1;
      }
    }
    int ranks = found.size() * depth;
    System.out.printf(
        "%d queries, depth %d: of %d ranks %d hold another passage than Faiss's (near ties) and"
            + " %d another copy of the same%n",
        found.size(), depth, ranks, nearTies, copiesSwapped);
    assertTrue(nearTies < ranks / 100, nearTies + " near ties are too many");
  }

  private MemoryVectors vectors(String name, int dim, int rows) throws IOException {
    return new MemoryVectors(
        floats(name), dim, IntStream.range(0, rows).mapToObj(Integer::toString).toList());
  }

  private float[] floats(String name) throws IOException {
    ByteBuffer bytes = bytes(name);
    float[] values = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(values);
    return values;
  }

  private long[] longs(String name) throws IOException {
    ByteBuffer bytes = bytes(name);
    long[] values = new long[bytes.remaining() / Long.BYTES];
    bytes.asLongBuffer().get(values);
    return values;
  }

  private ByteBuffer bytes(String name) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(folder.resolve(name))).order(ByteOrder.LITTLE_ENDIAN);
  }
}

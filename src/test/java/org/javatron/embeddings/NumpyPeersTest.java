package org.javatron.embeddings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** NumPy opens the files, would have written the same bytes, and rounds to float16 as they do. */
@Tag("peers")
class NumpyPeersTest {
  @TempDir Path folder;

  @Test
  void numpyWouldHaveWrittenTheSameBytes() throws IOException {
    int rows = 3000;
    int dim = 37;
    float[] vectors = TestEmbeddings.vectors(rows, dim, 4);
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] *= (float) Math.pow(2, i % 40 - 28); // subnormal halves too
    }
    Path single = folder.resolve("single");
    Path half = folder.resolve("half");
    TestEmbeddings.write(
        single, TestEmbeddings.header(rows, dim, EmbeddingType.FLOAT32), vectors, 700);
    TestEmbeddings.write(
        half, TestEmbeddings.header(rows, dim, EmbeddingType.FLOAT16), vectors, 700);
    String[] answer = Peers.run("src/test/python/numpy_opens.py", single, half).strip().split(" ");
    assertEquals(List.of("float32", "float16", "3000", "37"), Arrays.asList(answer).subList(0, 4));
    assertEquals(vectors[dim + 2], Double.parseDouble(answer[4]));
  }
}

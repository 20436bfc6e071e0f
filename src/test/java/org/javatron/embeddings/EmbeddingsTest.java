package org.javatron.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is what is read, in every division. */
class EmbeddingsTest {
  private static final int DIM = 5;

  @TempDir Path folder;

  @Test
  void readsBackEveryRowAndId() throws IOException {
    float[] vectors = TestEmbeddings.vectors(53, DIM, 1);
    EmbeddingsHeader header = TestEmbeddings.header(53, DIM, EmbeddingType.FLOAT32);
    Embeddings read = Embeddings.open(TestEmbeddings.write(folder, header, vectors, 7));
    assertEquals(header, read.manifests().get(0).header());
    requireSame(vectors, read);
    for (int window : new int[] {1, 20, 59, 60, 400}) { // as files beyond a gigabyte are mapped
      requireSame(vectors, Embeddings.open(List.of(folder), window));
    }
    read.verify();
    assertEquals(List.of("embeddings.ids", "embeddings.npy", "manifest.json"), namesIn(folder));
  }

  @Test
  void shardsInOrderAreTheWhole() throws IOException {
    float[] vectors = TestEmbeddings.vectors(23, DIM, 2);
    for (int count : new int[] {1, 2, 5, 23, 30}) {
      Path output = folder.resolve("of" + count);
      List<Path> given = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Shard shard = new Shard(i, count, 23);
        EmbeddingsHeader header =
            new EmbeddingsHeader(shard, DIM, EmbeddingType.FLOAT32, TestEmbeddings.settings());
        given.add(TestEmbeddings.write(shard.directory(output), header, vectors, 4));
      }
      requireSame(vectors, Embeddings.open(output));
      requireSame(vectors, Embeddings.open(given));
    }
  }

  @Test
  void shardBoundariesDoNotOverflow() {
    long total = Long.MAX_VALUE / 2;
    assertEquals(
        total, new Shard(1999, 2000, total).firstRow() + new Shard(1999, 2000, total).rows());
    assertEquals(
        new Shard(7, 2000, total).firstRow() + new Shard(7, 2000, total).rows(),
        new Shard(8, 2000, total).firstRow());
  }

  @Test
  void float16IsTheNearestHalf() throws IOException {
    float[] vectors = TestEmbeddings.vectors(11, DIM, 3);
    EmbeddingsHeader header = TestEmbeddings.header(11, DIM, EmbeddingType.FLOAT16);
    Embeddings read = Embeddings.open(TestEmbeddings.write(folder, header, vectors, 3));
    float[] rounded = new float[vectors.length];
    for (int i = 0; i < vectors.length; i++) {
      rounded[i] = Half.toFloat(Half.fromFloat(vectors[i]));
    }
    requireSame(rounded, read);
  }

  @Test
  void copiesAreTheStoredBytesOrFloatsOfBoth() throws IOException {
    float[] vectors = TestEmbeddings.vectors(11, DIM, 3);
    List<Path> folders = new ArrayList<>();
    for (EmbeddingType type : EmbeddingType.values()) {
      EmbeddingsHeader header = TestEmbeddings.header(11, DIM, type);
      folders.add(TestEmbeddings.write(folder.resolve(type.toString()), header, vectors, 3));
      for (int window : new int[] {1, 23, 400}) {
        Embeddings read = Embeddings.open(List.of(folders.get(folders.size() - 1)), window);
        assertEquals(type, read.type());
        ByteBuffer copy = little(4 + 7 * DIM * type.bytes()).position(4);
        read.copy(2, 7, copy);
        assertEquals(0, copy.remaining());
        for (int i = 0; i < 7 * DIM; i++) {
          float expected = vectors[2 * DIM + i];
          if (type == EmbeddingType.FLOAT16) {
            assertEquals(Half.fromFloat(expected), copy.getShort(4 + 2 * i));
          } else {
            assertEquals(expected, copy.getFloat(4 + 4 * i));
          }
        }
      }
    }
    Embeddings both = Embeddings.open(folders);
    assertEquals(EmbeddingType.FLOAT32, both.type());
    ByteBuffer copy = little(22 * DIM * Float.BYTES);
    both.copy(0, 22, copy);
    float[] expected = new float[22 * DIM];
    both.read(0, 22, expected, 0);
    float[] found = new float[22 * DIM];
    copy.flip().asFloatBuffer().get(found);
    assertArrayEquals(expected, found);
    MemoryVectors memory = new MemoryVectors(expected, DIM, TestEmbeddings.ids(22));
    memory.copy(0, 22, copy.clear());
    copy.flip().asFloatBuffer().get(found);
    assertArrayEquals(expected, found);
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void anEmptyMatrixIsAMatrix() throws IOException {
    EmbeddingsHeader header = TestEmbeddings.header(0, DIM, EmbeddingType.FLOAT32);
    Embeddings read = Embeddings.open(TestEmbeddings.write(folder, header, new float[0], 1));
    assertEquals(0, read.rows());
    assertEquals(DIM, read.dim());
  }

  @Test
  void theNumpyHeaderIsWhatItsFormatSays() throws IOException {
    EmbeddingsHeader header = TestEmbeddings.header(2, 3, EmbeddingType.FLOAT32);
    TestEmbeddings.write(folder, header, new float[] {1, 2, 3, 4, 5, 6}, 2);
    byte[] bytes = Files.readAllBytes(folder.resolve("embeddings.npy"));
    assertEquals(128 + 24, bytes.length);
    String dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    assertArrayEquals(
        ("\u0093NUMPY\u0001\0\u0076\0" + dictionary + " ".repeat(117 - dictionary.length()) + "\n")
            .getBytes(StandardCharsets.ISO_8859_1),
        Arrays.copyOf(bytes, 128));
    ByteBuffer values = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(128);
    assertEquals(1f, values.getFloat());
  }

  private static void requireSame(float[] expected, Embeddings read) throws IOException {
    int rows = expected.length / DIM;
    assertEquals(rows, read.rows());
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(9));
    List<String> ids = TestEmbeddings.ids(rows);
    FloatBuffer scratch =
        ByteBuffer.allocateDirect(rows * DIM * 4).order(ByteOrder.nativeOrder()).asFloatBuffer();
    for (int row : order) {
      assertEquals(ids.get(row), read.id(row));
      for (int count = 0; count <= rows - row; count += 3) {
        float[] values = Arrays.copyOfRange(expected, row * DIM, (row + count) * DIM);
        float[] copied = new float[values.length + 1];
        read.read(row, count, copied, 1);
        assertArrayEquals(values, Arrays.copyOfRange(copied, 1, copied.length));
        float[] viewed = new float[values.length];
        FloatBuffer tile = read.tile(row, count, scratch);
        assertEquals(values.length, tile.remaining());
        tile.get(viewed);
        assertArrayEquals(values, viewed);
      }
    }
  }

  static List<String> namesIn(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}

package org.javatron.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.javatron.io.InputException;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Indexes that Faiss wrote, read; ours, as Faiss writes them; and every way to be wrong. */
class FaissFileTest {
  private static final List<String> NUMBERS =
      List.of("7", "1000000000000", "-3", "0", "4", "4611686018427387904", "99");

  @TempDir Path folder;

  private static Path golden(String name) {
    return Peers.root().resolve("src/test/resources/golden/faiss/" + name + ".faiss");
  }

  private static List<String> ids(Vectors vectors) throws IOException {
    List<String> ids = new ArrayList<>();
    for (long row = 0; row < vectors.rows(); row++) {
      ids.add(vectors.id(row));
    }
    return ids;
  }

  private static float[] values(Vectors vectors) {
    float[] values = new float[(int) vectors.rows() * vectors.dim()];
    vectors.read(0, (int) vectors.rows(), values, 0);
    return values;
  }

  @Test
  void readsWhatFaissWrote() throws IOException {
    FaissFile flat = FaissFile.open(golden("ip"));
    assertEquals(7, flat.rows());
    assertEquals(5, flat.dim());
    assertEquals(0f, values(flat)[0] + 0.25f); // numpy's seed 1, see the script
    assertEquals(List.of("0", "1", "2", "3", "4", "5", "6"), ids(flat));
    assertFalse(FaissFile.open(golden("l2")).innerProduct());
    for (String name : List.of("l2", "map", "map2")) {
      assertArrayEquals(values(flat), values(FaissFile.open(golden(name))), name);
    }
    assertEquals(NUMBERS, ids(FaissFile.open(golden("map"))));
    assertEquals(NUMBERS, ids(FaissFile.open(golden("map2"))));
  }

  @Test
  void rowsAcrossWindowsAreCopied() throws IOException {
    float[] all = values(FaissFile.open(golden("map")));
    for (int window : new int[] {1, 40, 1000}) {
      FaissFile file = FaissFile.open(golden("map"), window);
      assertArrayEquals(all, values(file));
      assertEquals(NUMBERS, ids(file));
      FloatBuffer scratch =
          ByteBuffer.allocateDirect(4 * 35).order(ByteOrder.nativeOrder()).asFloatBuffer();
      float[] tile = new float[15];
      file.tile(2, 3, scratch).get(tile);
      assertArrayEquals(Arrays.copyOfRange(all, 10, 25), tile);
    }
  }

  @Test
  void writesTheBytesThatFaissWrites() throws IOException {
    for (String name : List.of("ip", "l2", "map")) {
      FaissFile file = FaissFile.open(golden(name));
      Path again = folder.resolve("again");
      FaissWriter.write(file, file.innerProduct(), again);
      assertArrayEquals(Files.readAllBytes(golden(name)), Files.readAllBytes(again), name);
    }
  }

  @Test
  void idsThatAreNoNumbersStandBeside() throws IOException {
    MemoryVectors texts = new MemoryVectors(new float[] {1, 2, 3, 4}, 2, List.of("01", "é"));
    Path file = folder.resolve("texts");
    assertEquals(FaissWriter.Ids.LINES, FaissWriter.write(texts, true, file));
    assertEquals(List.of("01", "é"), ids(FaissFile.open(file)));
    Files.writeString(folder.resolve("texts.ids"), "01\n");
    assertEquals(
        folder.resolve("texts.ids") + " should have 2 lines, one id for each row, but has 1",
        assertThrows(InputException.class, () -> FaissFile.open(file).id(0)).getMessage());
    MemoryVectors rows = new MemoryVectors(new float[] {1, 2, 3, 4}, 2, List.of("0", "1"));
    assertEquals(FaissWriter.Ids.ROWS, FaissWriter.write(rows, true, file));
    assertFalse(Files.exists(folder.resolve("texts.ids")));
  }

  @Test
  void whatIsNotFiniteIsNotWritten() {
    MemoryVectors bad = new MemoryVectors(new float[] {1, Float.NaN}, 1, List.of("0", "b"));
    Path file = folder.resolve("bad");
    assertEquals(
        "the embedding of \"b\" (row 1) has NaN in dimension 0, expected a finite value",
        assertThrows(InputException.class, () -> FaissWriter.write(bad, true, file)).getMessage());
    assertFalse(Files.exists(file));
    assertFalse(Files.exists(folder.resolve("bad.ids")));
  }

  private void requireRefused(String name, Consumer<ByteBuffer> edit, int size, String expected)
      throws IOException {
    byte[] bytes = Files.readAllBytes(golden(name));
    edit.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    Path file = folder.resolve("file");
    Files.write(file, Arrays.copyOf(bytes, size < 0 ? bytes.length : size));
    assertEquals(
        file + " " + expected,
        assertThrows(InputException.class, () -> FaissFile.open(file)).getMessage());
  }

  @Test
  void brokenFilesAreRefusedInOneSentence() throws IOException {
    Consumer<ByteBuffer> none = bytes -> {};
    requireRefused("ip", none, 20, "ends at byte 20, inside its header");
    requireRefused("ip", none, 0, "ends at byte 0, inside its header");
    requireRefused("ip", none, 40, "ends at byte 40, inside its values");
    requireRefused(
        "ip",
        none,
        184,
        "ends at byte 184, expected 7 records of 20 bytes from byte 45 on (truncated?)");
    requireRefused("ip", none, 186, "should end at byte 185 but has 186");
    requireRefused("map", none, 225, "ends at byte 225, inside its ids");
    requireRefused(
        "map",
        none,
        285,
        "ends at byte 285, expected 7 records of 8 bytes from byte 230 on (truncated?)");
    requireRefused(
        "ip",
        bytes -> bytes.put(0, (byte) 0x93),
        -1,
        "is no Faiss index: expected IxFI, IxF2 or IxMp at byte 0");
    requireRefused(
        "ip",
        bytes -> bytes.put("IwFl".getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
        -1,
        "holds a Faiss index of kind IwFl, expected a flat one (IxFI, IxF2, IxMp)");
    requireRefused("ip", bytes -> bytes.putInt(4, 0), -1, "says it has 7 vectors of 0 values");
    requireRefused("ip", bytes -> bytes.putLong(8, -1), -1, "says it has -1 vectors of 5 values");
    requireRefused("ip", bytes -> bytes.putLong(8, 6), -1, "should have 30 values but says 35");
    requireRefused(
        "ip",
        bytes -> bytes.putInt(33, 4),
        -1,
        "has Faiss's metric 4, expected 0 (inner product) or 1 (L2)");
    requireRefused(
        "map",
        bytes -> bytes.putInt(4, 6),
        -1,
        "has in its IxMp of 7 x 6 an IxFI of 7 x 5, expected a flat index of that size");
    requireRefused("map", bytes -> bytes.putLong(222, 8), -1, "should have 7 ids but says 8");
  }

  @Test
  @Tag("peers")
  void faissReadsOursAndWouldWriteTheSame() throws IOException {
    int dim = 24;
    float[] values = TestEmbeddings.vectors(40, dim, 3);
    List<String> texts = TestEmbeddings.ids(40);
    List<String> numbers = NUMBERS.subList(0, 2);
    Path lines = folder.resolve("lines");
    Path map = folder.resolve("map");
    Path squares = folder.resolve("squares");
    FaissWriter.write(new MemoryVectors(values, dim, texts), true, lines);
    FaissWriter.write(new MemoryVectors(values, dim, texts), false, squares);
    FaissWriter.write(new MemoryVectors(Arrays.copyOf(values, 48), dim, numbers), true, map);
    assertEquals(
        "True\nTrue\nTrue\n",
        Peers.run("src/test/python/faiss_files.py", "same", lines, squares, map));
    String[] found = Peers.run("src/test/python/faiss_files.py", "search", map).split("\n");
    assertEquals("IndexIDMap 2 24 0", found[0]);
    assertEquals("7", found[1].split(" ")[0]); // a vector's own id comes first
    assertEquals("1000000000000", found[2].split(" ")[0]);
  }
}

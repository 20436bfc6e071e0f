package org.javatron.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.javatron.io.InputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run killed anywhere continues to the same bytes; another run is kept out. */
class EmbeddingsWriterTest {
  private static final int ROWS = 20;
  private static final int DIM = 3;

  @TempDir Path temporary;
  private Path folder;
  private Path whole;
  private final float[] vectors = TestEmbeddings.vectors(ROWS, DIM, 1);
  private EmbeddingsHeader header;

  @BeforeEach
  void anUndisturbedRun() throws IOException {
    folder = temporary.resolve("folder");
    header = TestEmbeddings.header(ROWS, DIM, EmbeddingType.FLOAT16);
    whole = TestEmbeddings.write(temporary.resolve("whole"), header, vectors, 6);
  }

  @Test
  void continuesFromTheLastWholeChunkToTheSameBytes() throws IOException {
    Random random = new Random(5);
    for (int stop = 0; stop <= ROWS; stop++) {
      EmbeddingsWriter.discard(folder);
      try (EmbeddingsWriter killed = EmbeddingsWriter.open(folder, header)) {
        TestEmbeddings.append(killed, header, vectors, 4, stop);
      }
      tear(".embeddings.npy.part", random);
      tear(".embeddings.ids.part", random);
      assertFalse(EmbeddingsWriter.isFinished(folder));
      try (EmbeddingsWriter writer = EmbeddingsWriter.open(folder, header)) {
        assertEquals(stop, writer.rowsWritten());
        TestEmbeddings.append(writer, header, vectors, 3, ROWS);
        writer.finish();
      }
      requireSameFolders();
    }
  }

  /** What a kill inside a chunk leaves: bytes behind those that the journal counts. */
  private void tear(String name, Random random) throws IOException {
    byte[] torn = new byte[random.nextInt(3 * DIM * 2)];
    random.nextBytes(torn);
    Files.write(folder.resolve(name), torn, StandardOpenOption.APPEND);
  }

  @Test
  void aKillBetweenTheRenamesOfFinishIsContinued() throws IOException {
    for (List<String> renamed :
        List.of(List.of("embeddings.npy"), List.of("embeddings.npy", "embeddings.ids"))) {
      EmbeddingsWriter.discard(folder);
      try (EmbeddingsWriter killed = EmbeddingsWriter.open(folder, header)) {
        TestEmbeddings.append(killed, header, vectors, ROWS, ROWS);
      }
      for (String name : renamed) {
        Files.move(folder.resolve("." + name + ".part"), folder.resolve(name));
      }
      try (EmbeddingsWriter writer = EmbeddingsWriter.open(folder, header)) {
        assertEquals(ROWS, writer.rowsWritten());
        writer.finish();
      }
      requireSameFolders();
    }
  }

  @Test
  void anotherHeaderIsRefusedWithTheSettingThatDiffers() throws IOException {
    try (EmbeddingsWriter killed = EmbeddingsWriter.open(folder, header)) {
      TestEmbeddings.append(killed, header, vectors, 4, 4);
    }
    ObjectNode settings = TestEmbeddings.settings().put("separator", " ");
    requireRefused(
        "(encoder.separator is \"[SEP]\" there and \" \" here)",
        new EmbeddingsHeader(header.shard(), DIM, header.type(), settings));
    requireRefused(
        "(dim is 3 there and 4 here)",
        new EmbeddingsHeader(header.shard(), 4, header.type(), header.encoder()));
    requireRefused(
        "(dtype is \"float16\" there and \"float32\" here)",
        new EmbeddingsHeader(header.shard(), DIM, EmbeddingType.FLOAT32, header.encoder()));
    requireRefused(
        "(rows is 20 there and 10 here)",
        new EmbeddingsHeader(new Shard(1, 2, ROWS), DIM, header.type(), header.encoder()));
  }

  @Test
  void finishedEmbeddingsAreNotTouched() throws IOException {
    folder = whole;
    requireRefused("whole holds finished embeddings already: overwrite them with --force", header);
    EmbeddingsWriter.discard(whole);
    assertEquals(List.of(), EmbeddingsTest.namesIn(whole));
  }

  @Test
  void aSecondWriterIsKeptOut() throws IOException {
    try (EmbeddingsWriter first = EmbeddingsWriter.open(folder, header)) {
      requireRefused("folder is being written by another run", header);
      TestEmbeddings.append(first, header, vectors, 5, ROWS);
      first.finish();
    }
    requireSameFolders();
  }

  @Test
  void aSecondWriterIsKeptOutWhileTheFirstHashesAndRenames() throws Exception {
    int rows = 20_000; // 60 MB: hashing takes a while
    EmbeddingsHeader large = TestEmbeddings.header(rows, 768, EmbeddingType.FLOAT32);
    float[] zeros = new float[1000 * 768];
    try (EmbeddingsWriter first = EmbeddingsWriter.open(folder, large)) {
      for (int row = 0; row < rows; row += 1000) {
        first.append(zeros, IntStream.range(row, row + 1000).mapToObj(i -> "p" + i).toList());
      }
      CompletableFuture<Void> finish =
          CompletableFuture.runAsync(
              () -> {
                try {
                  first.finish();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      int refused = 0;
      while (!EmbeddingsWriter.isFinished(folder)) {
        InputException error =
            assertThrows(InputException.class, () -> EmbeddingsWriter.open(folder, large).close());
        assertTrue(
            error.getMessage().matches("(?s).*(being written by another|holds finished).*"),
            error.getMessage());
        refused++;
      }
      finish.get();
      assertTrue(refused > 0);
    }
    Embeddings.open(List.of(folder)).verify();
  }

  @Test
  void filesWithoutJournalOrManifestAreNotTouched() throws IOException {
    Files.createDirectories(folder);
    Path npy = Files.writeString(folder.resolve("embeddings.npy"), "precious");
    requireRefused("embeddings.npy exists without a manifest.json: move it away", header);
    assertEquals("precious", Files.readString(npy));
  }

  @Test
  void aFileShorterThanTheJournalIsRefused() throws IOException {
    try (EmbeddingsWriter killed = EmbeddingsWriter.open(folder, header)) {
      TestEmbeddings.append(killed, header, vectors, 5, 10);
    }
    Path part = folder.resolve(".embeddings.npy.part");
    try (var channel = Files.newByteChannel(part, StandardOpenOption.WRITE)) {
      channel.truncate(140);
    }
    requireRefused("should have at least 188 bytes after 10 rows but has 140", header);
  }

  @Test
  void valuesThatAreNoNumbersAreRefusedWithTheirId() throws IOException {
    try (EmbeddingsWriter writer = EmbeddingsWriter.open(folder, header)) {
      for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, -70000f}) {
        String message =
            assertThrows(
                    InputException.class,
                    () -> writer.append(new float[] {1, 2, 3, 4, bad, 6}, List.of("a", "b")))
                .getMessage();
        assertTrue(message.startsWith("the embedding of \"b\" (row 1) has " + bad), message);
      }
      assertEquals(0, writer.rowsWritten());
      TestEmbeddings.append(writer, header, vectors, 5, ROWS);
      writer.finish();
    }
    requireSameFolders();
  }

  @Test
  void idsThatAreNoLinesAreRefused() throws IOException {
    try (EmbeddingsWriter writer = EmbeddingsWriter.open(folder, header)) {
      for (String bad : List.of("", "a\tb", "a\nb", "a\rb", "\ud800")) {
        assertThrows(InputException.class, () -> writer.append(new float[DIM], List.of(bad)), bad);
      }
      assertEquals(0, writer.rowsWritten());
    }
  }

  @Test
  void countsAreChecked() throws IOException {
    try (EmbeddingsWriter writer = EmbeddingsWriter.open(folder, header)) {
      assertThrows(IllegalArgumentException.class, () -> writer.append(new float[4], List.of("a")));
      float[] tooMany = new float[(ROWS + 1) * DIM];
      assertThrows(
          IllegalArgumentException.class,
          () -> writer.append(tooMany, TestEmbeddings.ids(ROWS + 1)));
      String message = assertThrows(InputException.class, writer::finish).getMessage();
      assertTrue(message.endsWith("should get 20 rows but has 0"), message);
    }
  }

  private void requireRefused(String expected, EmbeddingsHeader other) {
    String message =
        assertThrows(InputException.class, () -> EmbeddingsWriter.open(folder, other)).getMessage();
    assertTrue(message.contains(expected), message);
  }

  private void requireSameFolders() throws IOException {
    assertEquals(EmbeddingsTest.namesIn(whole), EmbeddingsTest.namesIn(folder));
    for (String name : EmbeddingsTest.namesIn(whole)) {
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(name)), Files.readAllBytes(folder.resolve(name)), name);
    }
  }
}

package org.javatron.endtoend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code encode} in processes of its own, killed with SIGKILL wherever they happen to be. */
@Tag("slow")
class KillTest {
  private static final int ROWS = 30_000;

  @TempDir Path folder;

  @Test
  void killedAtAnyMomentItEndsInTheSameBytes() throws Exception {
    Path checkpoint = folder.resolve("checkpoint");
    WordVectorBert.write(Pipeline.COLLECTION, checkpoint);
    Pipeline.javatron("convert", "--model", checkpoint, "--output", folder.resolve("model"));
    Path corpus = corpus();
    Path whole = folder.resolve("whole");
    assertEquals(0, start(corpus, whole).waitFor());

    Random random = new Random(17);
    Path output = folder.resolve("killed");
    for (int kill = 0; kill < 4; kill++) {
      Process process = start(corpus, output);
      awaitAnotherChunk(output, process);
      Thread.sleep(random.nextInt(100));
      process.destroyForcibly().waitFor();
      assertTrue(Files.notExists(output.resolve("manifest.json")), "finished before it was killed");
    }
    assertEquals(0, start(corpus, output).waitFor(), () -> read(log()));
    assertTrue(read(log()).contains("continuing after"), read(log()));
    for (String name : List.of("embeddings.npy", "embeddings.ids", "manifest.json")) {
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(name)), Files.readAllBytes(output.resolve(name)), name);
    }
    try (var files = Files.list(output)) {
      assertEquals(3, files.count(), "nothing else is left behind");
    }
  }

  /** Waits until the journal tells of more rows than before. */
  private static void awaitAnotherChunk(Path output, Process process) throws Exception {
    Path journal = output.resolve(".journal.json");
    String before = Files.exists(journal) ? read(journal) : "";
    while (!Files.exists(journal) || read(journal).equals(before)) {
      assertTrue(process.isAlive(), "ended before it was killed");
      Thread.sleep(20);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bundled passages over and over, under ids of their own. */
  private Path corpus() throws IOException {
    List<String> passages = Files.readAllLines(Pipeline.COLLECTION.resolve("corpus.tsv"));
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      String passage = passages.get(i % passages.size());
      rows.add(i + passage.substring(passage.indexOf('\t')));
    }
    return Files.write(folder.resolve("corpus.tsv"), rows);
  }

  private Path log() {
    return folder.resolve("stderr");
  }

  private Process start(Path corpus, Path output) throws IOException {
    return JavatronProcess.start(
        log(),
        "encode",
        "--model",
        folder.resolve("model").toString(),
        "--corpus",
        corpus.toString(),
        "--output",
        output.toString());
  }
}

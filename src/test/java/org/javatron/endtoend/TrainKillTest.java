package org.javatron.endtoend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.javatron.train.TinyTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train} in processes of its own, killed with SIGKILL wherever they happen to be. */
@Tag("slow")
class TrainKillTest {
  @TempDir Path folder;
  private Path model;
  private Path rows;
  private List<String> arguments;

  @Test
  void killedAtAnyMomentItEndsInTheSameWeights() throws Exception {
    killed("cpu", 600, 5);
  }

  @Test
  @Tag("gpu")
  void onAGpuToo() throws Exception {
    killed("cuda", 200, 2);
  }

  private void killed(String kernels, int steps, int kills) throws Exception {
    arguments = List.of("--kernels", kernels, "--max-steps", Integer.toString(steps));
    model = TinyTask.model(folder.resolve("model"), 0.1);
    rows = TinyTask.rows(folder.resolve("rows.jsonl"), 100);
    Path whole = folder.resolve("whole");
    assertEquals(0, start(whole).waitFor(), () -> read(log()));

    Random random = new Random(17);
    Path output = folder.resolve("killed");
    for (int kill = 0; kill < kills; kill++) {
      Process process = start(output);
      awaitAnotherCheckpoint(output, process);
      assertEquals(kill > 0, read(log()).contains("continuing after step"), read(log()));
      Thread.sleep(random.nextInt(150));
      process.destroyForcibly().waitFor();
      assertTrue(Files.notExists(output.resolve("trainer_state.json")), "finished too early");
    }
    // And once more where the trained model is being written.
    Process last = start(output);
    while (!Files.exists(output.resolve("model.safetensors"))) {
      assertTrue(last.isAlive(), () -> read(log()));
      Thread.sleep(1);
    }
    last.destroyForcibly().waitFor();
    assertEquals(0, start(output).waitFor(), () -> read(log()));
    assertEquals(names(whole), names(output), "nothing else is left behind");
    for (String name : List.of("model.safetensors", "trainer_state.json", "javatron.json")) {
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(name)), Files.readAllBytes(output.resolve(name)), name);
    }
    assertEquals(figures(whole), figures(output));
  }

  private static void awaitAnotherCheckpoint(Path output, Process process) throws Exception {
    List<String> before = Files.exists(output) ? checkpoints(output) : List.of();
    while (!Files.exists(output) || checkpoints(output).equals(before)) {
      assertTrue(process.isAlive(), "ended before it was killed");
      Thread.sleep(5);
    }
  }

  private static List<String> checkpoints(Path folder) throws IOException {
    return names(folder).stream().filter(name -> name.startsWith("checkpoint-")).toList();
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return List.copyOf(new TreeSet<>(all.map(path -> path.getFileName().toString()).toList()));
    }
  }

  /** The lines of figures without their times. */
  private static List<String> figures(Path folder) throws IOException {
    return Files.readAllLines(folder.resolve("metrics.jsonl")).stream()
        .map(line -> line.replaceFirst(",\"tokens_per_second\":[^,}]*", ""))
        .toList();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path log() {
    return folder.resolve("stderr");
  }

  private Process start(Path output) throws IOException {
    List<String> words = new ArrayList<>();
    Collections.addAll(
        words,
        "train",
        "--model",
        model.toString(),
        "--train",
        rows.toString(),
        "--output",
        output.toString(),
        "--resume",
        "--learning-rate",
        "1e-3",
        "--save-steps",
        "7",
        "--save-total-limit",
        "2",
        "--threads",
        "2");
    words.addAll(arguments);
    return JavatronProcess.start(log(), words.toArray(String[]::new));
  }
}

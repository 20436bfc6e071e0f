package org.javatron.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.javatron.cli.Main;
import org.javatron.testing.Peers;
import org.javatron.testing.SharedData;
import org.javatron.weights.ModelManifest;
import org.javatron.weights.Pooling;
import org.javatron.weights.Provenance;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * GradCache with a real model on real texts: a step of 512 queries with 8 passages each in the
 * memory of a small one, as the system counts it for the whole process.
 */
@Tag("slow")
@Tag("peers")
@Tag("real-data")
class GradCacheMemoryTest {
  private static final int LARGE = 512;
  private static final int PER_QUERY = 8;
  private static final String[] CHUNKS = {"--query-chunk-size", "32", "--passage-chunk-size", "32"};

  @TempDir Path folder;

  /** How a process ended, what it said, and the most memory it had in use at any time. */
  private record Run(int code, String output, long peakMib) {}

  @Test
  void theBatchDoesNotCount() throws Exception {
    Path model = miniLm();
    Path rows = rows();
    Run small = train(model, rows, 8, CHUNKS);
    Run large = train(model, rows, LARGE, CHUNKS);
    assertEquals(0, small.code, small.output);
    assertEquals(0, large.code, large.output);
    System.out.printf(
        "most resident memory: %d MiB with 8 queries, %d MiB with 512%n",
        small.peakMib, large.peakMib);
    // The vectors of 4608 texts, their gradients and 512 x 4096 scores take 22 MiB outside the
    // heap.
    assertTrue(large.peakMib < small.peakMib + 64, large.peakMib + ", small " + small.peakMib);
    // All at once the same batch does not fit into what the process may have.
    Run whole = train(model, rows, LARGE);
    assertEquals(1, whole.code, whole.output);
    assertTrue(whole.output.contains("make them smaller"), whole.output);
  }

  private Path miniLm() throws IOException {
    Path model = Files.createDirectories(folder.resolve("model"));
    for (String name : List.of("config.json", "model.safetensors", "vocab.txt")) {
      Files.copy(Peers.miniLm().resolve(name), model.resolve(name));
    }
    Provenance test = new Provenance("test", null, "safetensors", null, "test");
    new ModelManifest(Pooling.MEAN, true, 8, 16, " ", "0".repeat(64), test).write(model);
    return model;
  }

  private Path rows() {
    Path boolq = SharedData.path("boolq-marco");
    Path rows = folder.resolve("rows");
    Pipeline.javatron(
        "build-train",
        "--raw",
        "--queries",
        boolq.resolve("train.query.txt.gz"),
        "--qrels",
        boolq.resolve("qrels.train.tsv.gz"),
        "--corpus",
        boolq.resolve("para.txt.gz"),
        "--negatives-file",
        boolq.resolve("qidpidtriples.train.full.2.tsv.gz"),
        "--negatives",
        PER_QUERY - 1,
        "--output",
        rows);
    return rows;
  }

  private Run train(Path model, Path rows, int queries, String... more) throws Exception {
    Path log = folder.resolve("log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // All of the heap is in use from the beginning, so that garbage makes no difference.
    command.addAll(List.of("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"));
    command.add("-Dorg.bytedeco.javacpp.maxbytes=2g");
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("train", "--force", "--max-steps", "1", "--threads", "2"));
    command.addAll(List.of("--model", model.toString(), "--train", rows.toString()));
    command.addAll(List.of("--output", folder.resolve("trained").toString()));
    command.addAll(List.of("--batch-size", "" + queries, "--train-n-passages", "" + PER_QUERY));
    command.addAll(List.of(more));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    long peak = 0;
    while (process.isAlive()) {
      peak = Math.max(peak, peakMib(process.pid()));
      Thread.sleep(20);
    }
    return new Run(process.waitFor(), Files.readString(log), peak);
  }

  /** Linux's own high-water mark of resident memory; 0 once the process has ended. */
  private static long peakMib(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
          .findFirst()
          .orElse(0);
    } catch (IOException | UncheckedIOException e) {
      return 0;
    }
  }
}

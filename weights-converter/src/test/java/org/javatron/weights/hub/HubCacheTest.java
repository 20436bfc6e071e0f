package org.javatron.weights.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.javatron.testing.LocalHub;
import org.junit.jupiter.api.Test;

/** What lies in the cache, and who may use it when. */
class HubCacheTest extends HubTestCase {
  private HubClient offline() {
    return client(new HubSettings(URI.create("http://127.0.0.1:1"), Optional.empty(), cache, true));
  }

  @Test
  void offlineTheCacheIsEnough() throws IOException {
    Path online = client().fetchModel(ID, "main");
    int before = hub.requests().size();
    assertEquals(online, offline().fetchModel(ID, "main"));
    assertEquals(online, offline().fetchModel(ID, commit));
    assertEquals(before, hub.requests().size());
  }

  @Test
  void offlineWithoutACopySaysSo() throws IOException {
    String message = failure(offline(), ID, "main");
    assertTrue(message.contains("not in the cache") && message.contains("--offline"), message);
    client().fetchModel(ID, "main");
    assertTrue(failure(offline(), ID, "v2").contains("'v2' is not in the cache"));
  }

  @Test
  void offlineAnIncompleteCopyIsNotTakenForAModel() throws IOException {
    Path snapshot = client().fetchModel(ID, "main");
    Files.delete(snapshot.resolve(WEIGHTS));
    String message = failure(offline(), ID, "main");
    assertTrue(message.contains("no model.safetensors or pytorch_model.bin"), message);
    assertFetched();
  }

  @Test
  void aFailedDownloadLeavesNoSnapshotAndKeepsWhatIsWhole() throws IOException {
    hub.fault(WEIGHTS, LocalHub.status(403));
    failure();
    assertTrue(Files.exists(blob("config.json")));
    assertTrue(failure(offline(), ID, "main").contains("not in the cache"));
    assertFetched();
  }

  @Test
  void aStagingFolderOfAKilledRunIsReplaced() throws IOException {
    Path staging =
        cache.resolve(new ModelId(ID).folder()).resolve("snapshots/." + commit + ".tmp/1_Pooling");
    Files.createDirectories(staging);
    Files.writeString(staging.resolve("stale.json"), "{}");
    assertFetched();
  }

  @Test
  void aBlobOfTheWrongSizeIsReplaced() throws IOException {
    client().fetchModel(ID, "main");
    Files.write(blob(WEIGHTS), new byte[5]);
    assertFetched();
  }

  @Test
  void equalFilesAreFetchedOnce() throws IOException {
    Map<String, byte[]> untied = new TreeMap<>();
    for (String encoder : List.of("query_model/", "passage_model/")) {
      wanted().forEach((name, bytes) -> untied.put(encoder + name, bytes));
    }
    hub.add("Luyu/untied", "main", untied);
    assertSnapshot(client().fetchModel("Luyu/untied", "main"), untied);
    assertEquals(1, weightRequests().size());
  }

  @Test
  void anEmptyFileIsAFile() throws IOException {
    files.put("added_tokens.json", new byte[0]);
    hub.add(ID, "main", files);
    assertFetched();
  }

  @Test
  void threadsThatWantOneModelDownloadItOnce()
      throws IOException, InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Callable<Path>> tasks = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        tasks.add(() -> client().fetchModel(ID, "main"));
      }
      for (Future<Path> snapshot : threads.invokeAll(tasks)) {
        assertSnapshot(snapshot.get(), wanted());
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(1, weightRequests().size());
  }

  @Test
  void processesThatWantOneModelDownloadItOnce() throws IOException, InterruptedException {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      processes.add(fetchInAProcess());
    }
    for (Process process : processes) {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), output);
      String last = output.strip().lines().reduce((first, second) -> second).orElseThrow();
      assertSnapshot(Path.of(last), wanted());
    }
    assertEquals(1, weightRequests().size());
  }

  @Test
  void aProcessKilledInTheMiddleIsContinuedByTheNext() throws IOException, InterruptedException {
    CountDownLatch killed = new CountDownLatch(1);
    hub.fault(
        WEIGHTS,
        (exchange, content) -> {
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content, 0, 100_000);
          exchange.getResponseBody().flush();
          try {
            killed.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    Process process = fetchInAProcess();
    Path partial = BlobDownload.partial(blob(WEIGHTS));
    while (process.isAlive() && partial.toFile().length() < 100_000) {
      Thread.sleep(10);
    }
    assertTrue(process.isAlive());
    process.destroyForcibly().waitFor();
    killed.countDown();
    assertFetched();
    assertEquals("bytes=100000-", weightRequests().get(1).range());
    assertEquals(List.of(), notices); // the lock went with the process
  }

  private Process fetchInAProcess() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            FetchMain.class.getName(),
            hub.endpoint().toString(),
            cache.toString(),
            ID)
        .redirectErrorStream(true)
        .start();
  }

  /** A process of its own that fetches a model. */
  static final class FetchMain {
    private FetchMain() {}

    /** Prints the snapshot's folder. */
    public static void main(String[] arguments) throws IOException {
      HubSettings settings =
          new HubSettings(URI.create(arguments[0]), Optional.empty(), Path.of(arguments[1]), false);
      HubListener listener = HubListener.console(new PrintWriter(System.err, true));
      System.out.println(HubClient.of(settings, listener).fetchModel(arguments[2], "main"));
    }
  }
}

package org.javatron.weights.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.javatron.http.Retry;
import org.javatron.io.InputException;
import org.javatron.testing.LocalHub;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A hub with one model, and clients that do not wait between attempts. */
abstract class HubTestCase {
  static final String ID = "Luyu/co-condenser-marco";
  static final String WEIGHTS = "pytorch_model.bin";
  static final int WEIGHTS_SIZE = 300_000;

  @TempDir Path cache;
  final LocalHub hub = newHub();
  final Map<String, byte[]> files = modelFiles(1);
  final List<String> notices = Collections.synchronizedList(new ArrayList<>());
  final List<Duration> waits = Collections.synchronizedList(new ArrayList<>());
  final Counter counter = new Counter();
  String commit;

  private static LocalHub newHub() {
    try {
      return new LocalHub();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void addModel() {
    commit = hub.add(ID, "main", files);
  }

  @AfterEach
  void stopHub() {
    hub.close();
  }

  /** What the files of a checkpoint look like to a downloader. */
  static Map<String, byte[]> modelFiles(int seed) {
    byte[] weights = new byte[WEIGHTS_SIZE];
    new Random(seed).nextBytes(weights);
    Map<String, byte[]> files = new TreeMap<>();
    files.put("config.json", bytes("{\"model_type\": \"bert\", \"seed\": " + seed + "}"));
    files.put("vocab.txt", bytes("[PAD]\n[UNK]\n[CLS]\n[SEP]\n"));
    files.put("README.md", bytes("not wanted"));
    files.put("tf_model.h5", bytes("not wanted either"));
    files.put(WEIGHTS, weights);
    return files;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  HubSettings settings() {
    return new HubSettings(hub.endpoint(), Optional.empty(), cache, false);
  }

  HubClient client() {
    return client(settings());
  }

  HubClient client(HubSettings settings) {
    return new HubClient(
        settings,
        counter,
        new Retry(5, Duration.ofSeconds(1), Duration.ofMinutes(5), waits::add, notices::add),
        Duration.ofSeconds(5),
        folder -> Long.MAX_VALUE);
  }

  /** The one sentence with which fetching fails. */
  String failure(HubClient client, String id, String revision) {
    String message =
        assertThrows(InputException.class, () -> client.fetchModel(id, revision)).getMessage();
    assertEquals(1, message.lines().count(), message);
    assertEquals('.', message.charAt(message.length() - 1), message);
    return message;
  }

  String failure() {
    return failure(client(), ID, "main");
  }

  /** The snapshot has exactly these files, and nothing unfinished is left. */
  void assertSnapshot(Path snapshot, Map<String, byte[]> expected) throws IOException {
    Map<String, byte[]> found = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(snapshot)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        found.put(
            snapshot.relativize(path).toString().replace('\\', '/'), Files.readAllBytes(path));
      }
    }
    assertEquals(expected.keySet(), found.keySet());
    for (String name : expected.keySet()) {
      assertArrayEquals(expected.get(name), found.get(name), name);
    }
    assertEquals(List.of(), unfinished());
  }

  void assertFetched() throws IOException {
    assertSnapshot(client().fetchModel(ID, "main"), wanted());
  }

  Map<String, byte[]> wanted() {
    Map<String, byte[]> wanted = new TreeMap<>(files);
    wanted.remove("README.md");
    wanted.remove("tf_model.h5");
    return wanted;
  }

  List<String> unfinished() throws IOException {
    try (Stream<Path> paths = Files.walk(cache)) {
      return paths
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".incomplete") || name.endsWith(".tmp"))
          .toList();
    }
  }

  Path blob(String name) {
    byte[] content = files.get(name);
    boolean large = name.endsWith(".bin") || name.endsWith(".safetensors");
    return cache
        .resolve(new ModelId(ID).folder())
        .resolve("blobs")
        .resolve(large ? LocalHub.sha256(content) : LocalHub.gitHash(content));
  }

  /** Requests for the weights' bytes, as the CDN saw them. */
  List<LocalHub.Request> weightRequests() {
    return hub.requests().stream().filter(LocalHub.Request::cdn).toList();
  }

  /** Adds up what a listener hears. */
  final class Counter implements HubListener {
    long done;
    long total;
    int ended;

    @Override
    public synchronized void started(String model, long alreadyDone, long all) {
      done = alreadyDone;
      total = all;
    }

    @Override
    public synchronized void transferred(String file, long count) {
      done += count;
    }

    @Override
    public void notice(String sentence) {
      notices.add(sentence);
    }

    @Override
    public synchronized void ended() {
      ended++;
    }
  }
}

package org.javatron.weights.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HubClientTest extends HubTestCase {
  @Test
  void bringsTheFilesOfTheModelAndNoOthers() throws IOException {
    Path snapshot = client().fetchModel(ID, "main");
    assertSnapshot(snapshot, wanted());
    assertEquals(commit, snapshot.getFileName().toString());
    long size = wanted().values().stream().mapToLong(bytes -> bytes.length).sum();
    assertEquals(size, counter.total);
    assertEquals(size, counter.done);
    assertEquals(1, counter.ended);
  }

  @Test
  void withEverythingCachedOnlyTheCommitIsAsked() throws IOException {
    Path first = client().fetchModel(ID, "main");
    int before = hub.requests().size();
    assertEquals(first, client().fetchModel(ID, "main"));
    assertEquals(before + 1, hub.requests().size());
    assertTrue(hub.requests().get(before).path().startsWith("/api/models/"));
  }

  @Test
  void aMovedRevisionBringsOnlyWhatChanged() throws IOException {
    client().fetchModel(ID, "main");
    Map<String, byte[]> changed = new TreeMap<>(files);
    changed.put("config.json", bytes("{\"model_type\": \"bert\", \"changed\": true}"));
    String next = hub.add(ID, "main", changed);
    int before = hub.requests().size();
    Path snapshot = client().fetchModel(ID, "main");
    assertEquals(next, snapshot.getFileName().toString());
    assertEquals(before + 2, hub.requests().size());
    assertTrue(Files.readString(snapshot.resolve("config.json")).contains("changed"));
    assertTrue(Files.isDirectory(snapshot.resolveSibling(commit)));
  }
}

package org.javatron.weights.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Side by side with huggingface_hub: it speaks with the tests' hub, and the caches are one. */
@Tag("peers")
class HubPeerTest extends HubTestCase {
  private Path peer(String revision, String mode) throws IOException {
    String script = "weights-converter/src/test/python/hub_snapshot.py";
    return Path.of(Peers.run(script, hub.endpoint(), cache, ID, revision, mode).strip());
  }

  private HubClient offline() {
    URI nowhere = URI.create("http://127.0.0.1:1");
    return client(new HubSettings(nowhere, Optional.empty(), cache, true));
  }

  @Test
  void whatWeDownloadedThePeerFinds() throws IOException {
    Path ours = client().fetchModel(ID, "main");
    assertEquals(ours, peer("main", "offline"));
    assertEquals(ours, peer(commit, "offline"));
    int before = weightRequests().size();
    assertEquals(ours, peer("main", "online"));
    assertEquals(before, weightRequests().size());
    assertSnapshot(ours, wanted());
  }

  @Test
  void whatThePeerDownloadedWeFind() throws IOException {
    Path theirs = peer("main", "online");
    assertSnapshot(theirs, wanted());
    assertEquals(theirs, offline().fetchModel(ID, "main"));
    int before = weightRequests().size();
    assertEquals(theirs, client().fetchModel(ID, "main"));
    assertEquals(before, weightRequests().size());
  }

  @Test
  void aPullRequestIsKeptUnderTheSameName() throws IOException {
    hub.add(ID, "refs/pr/1", wanted());
    Path ours = client().fetchModel(ID, "refs/pr/1");
    assertEquals(ours, peer("refs/pr/1", "offline"));
  }
}

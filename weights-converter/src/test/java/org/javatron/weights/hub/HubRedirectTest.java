package org.javatron.weights.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.Optional;
import org.javatron.testing.LocalHub;
import org.junit.jupiter.api.Test;

/** Where requests go, and where the token does not. */
class HubRedirectTest extends HubTestCase {
  @Test
  void theTokenGoesToTheHubAndToNobodyElse() throws IOException {
    HubSettings settings = new HubSettings(hub.endpoint(), Optional.of("hf_secret"), cache, false);
    assertSnapshot(client(settings).fetchModel(ID, "main"), wanted());
    assertEquals(1, weightRequests().size());
    for (LocalHub.Request request : hub.requests()) {
      if (request.cdn()) {
        assertNull(request.authorization());
      } else {
        assertEquals("Bearer hf_secret", request.authorization());
      }
    }
  }

  @Test
  void withoutATokenNoneIsSent() throws IOException {
    client().fetchModel(ID, "main");
    hub.requests().forEach(request -> assertNull(request.authorization()));
  }

  @Test
  void aRenamedModelIsFoundUnderItsOldName() throws IOException {
    hub.add("google-bert/bert-base-uncased", "main", files);
    hub.rename("bert-base-uncased", "google-bert/bert-base-uncased");
    assertSnapshot(client().fetchModel("bert-base-uncased", "main"), wanted());
  }

  @Test
  void aPullRequestIsOneSegmentOfTheAddress() throws IOException {
    hub.add(ID, "refs/pr/1", files);
    assertSnapshot(client().fetchModel(ID, "refs/pr/1"), wanted());
    assertTrue(hub.requests().get(0).path().endsWith("/revision/refs%2Fpr%2F1"));
  }

  @Test
  void anEndpointMayEndWithASlashAndHaveAPath() throws IOException {
    HubSettings slash =
        new HubSettings(
            HubSettings.endpoint("HF_ENDPOINT", hub.endpoint() + "//"),
            Optional.empty(),
            cache,
            false);
    assertSnapshot(client(slash).fetchModel(ID, "main"), wanted());
    assertEquals(
        URI.create("http://host/mirror"),
        HubSettings.endpoint("HF_ENDPOINT", "http://host/mirror/"));
  }

  @Test
  void aMirrorThatListsNamesOnlyIsAskedForEachFilesHash() throws IOException {
    hub.withoutHashesInListing();
    assertFetched();
    assertEquals(
        wanted().size(),
        hub.requests().stream().filter(request -> request.method().equals("HEAD")).count());
    assertEquals(1, weightRequests().size()); // the CDN is asked for the bytes, not for headers
  }

  @Test
  void aMirrorThatGivesNoHashIsNotTrusted() {
    hub.withoutHashesInListing();
    hub.fault("config.json", LocalHub.status(200, "ETag", "\"1234\"", "Content-Length", "5"));
    String message = failure();
    assertTrue(message.contains("'config.json'") && message.contains("ETag '1234'"), message);
  }

  @Test
  void redirectsInACircleEnd() {
    LocalHub.Fault[] circle = new LocalHub.Fault[11];
    Arrays.fill(circle, LocalHub.status(302, "Location", "config.json"));
    hub.fault("config.json", circle);
    assertTrue(failure().contains("redirects more than 10 times"));
  }

  @Test
  void aRedirectToNoAddressIsRefused() {
    hub.fault("config.json", LocalHub.status(302, "Location", "http://["));
    assertTrue(failure().contains("which is no address"));
    hub.fault("config.json", LocalHub.status(302, "Location", "file:///etc/passwd"));
    assertTrue(failure().contains("not an https address"));
  }
}

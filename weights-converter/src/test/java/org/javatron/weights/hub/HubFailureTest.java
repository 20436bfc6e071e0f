package org.javatron.weights.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.javatron.http.Retry;
import org.javatron.testing.LocalHub;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One test for each way in which a model cannot be had. */
class HubFailureTest extends HubTestCase {
  private static void assertSays(String message, String... parts) {
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  private HubClient withToken() {
    return client(new HubSettings(hub.endpoint(), Optional.of("hf_secret"), cache, false));
  }

  @Test
  void aModelThatIsNotThere() {
    assertSays(
        failure(client(), "Luyu/co-condensor-marco", "main"),
        "no model 'Luyu/co-condensor-marco'",
        "spelling");
  }

  @Test
  void aRevisionThatIsNotThere() {
    assertSays(failure(client(), ID, "v9"), "'" + ID + "' has no revision 'v9'", "spelling");
  }

  @Test
  void aMirrorThatSaysOnlyNotFound() {
    hub.fault("/revision/v9", LocalHub.status(404));
    assertSays(failure(client(), ID, "v9"), "no model '" + ID + "' with a revision 'v9'");
  }

  @Test
  void aPrivateOrMisspelledModel() {
    hub.fault("/revision/main", LocalHub.status(401));
    assertSays(failure(), "no public model '" + ID + "'", "spelling", "set HF_TOKEN");
  }

  @Test
  void aTokenThatIsNotEnough() {
    hub.fault("/revision/main", LocalHub.status(401));
    String message = failure(withToken(), ID, "main");
    assertSays(message, "'" + ID + "'", "token in HF_TOKEN may read");
    assertFalse(message.contains("hf_secret"), message);
  }

  @Test
  void aGatedModel() {
    hub.fault("config.json", LocalHub.status(401, "X-Error-Code", "GatedRepo"));
    assertSays(failure(), "conditions", "set HF_TOKEN");
    hub.fault("config.json", LocalHub.status(403));
    assertSays(failure(withToken(), ID, "main"), "token in HF_TOKEN", "accept");
  }

  @Test
  void aFileThatIsListedButNotThere() {
    hub.fault("vocab.txt", LocalHub.status(404, "X-Error-Code", "EntryNotFound"));
    assertSays(failure(), "no file 'vocab.txt'", commit);
  }

  @Test
  void anAnswerThatMakesNoSense() {
    hub.fault("/revision/main", LocalHub.status(418));
    assertSays(failure(), "answered 418");
  }

  @Test
  void tooManyRequestsWaitsAsLongAsTheServerSays() throws IOException {
    hub.fault(WEIGHTS, LocalHub.status(429, "Retry-After", "17"));
    assertFetched();
    assertEquals(List.of(Duration.ofSeconds(17)), waits);
    assertSays(notices.get(0), "429 (too many requests)", "17.0 s");
  }

  @Test
  void tooManyRequestsForLongerThanAnyoneWaits() {
    hub.fault("/revision/main", LocalHub.status(429, "Retry-After", "3600"));
    assertSays(failure(), "asks to wait 3600 s");
    assertEquals(List.of(), waits);
  }

  @Test
  void aBusyServerIsAskedAgainAfterLongerAndLongerWaits() throws IOException {
    LocalHub.Fault busy = LocalHub.status(503);
    hub.fault("/revision/main", busy, busy);
    hub.fault(WEIGHTS, LocalHub.status(500), LocalHub.status(502), LocalHub.status(504));
    assertFetched();
    assertEquals(
        Stream.of(1, 2, 1, 2, 4).map(Duration::ofSeconds).toList(), waits, notices::toString);
  }

  @Test
  void aServerThatStaysBusyIsGivenUp() {
    LocalHub.Fault busy = LocalHub.status(503);
    hub.fault("/revision/main", busy, busy, busy, busy, busy);
    assertSays(failure(), "answered 503", "given up after 5 attempts");
    assertEquals(4, waits.size());
  }

  @Test
  void otherBytesOfTheRightSize() throws IOException {
    byte[] other = new byte[WEIGHTS_SIZE];
    hub.fault(WEIGHTS, LocalHub.body(other));
    assertSays(
        failure(),
        "'" + WEIGHTS + "'",
        "SHA-256 must be " + LocalHub.sha256(files.get(WEIGHTS)),
        "is " + LocalHub.sha256(other));
    assertEquals(List.of(), unfinished());
    assertFalse(Files.exists(blob(WEIGHTS)));
    assertFetched();
  }

  @Test
  void otherBytesInASmallFile() {
    byte[] other = files.get("vocab.txt").clone();
    other[0] ^= 1;
    hub.fault("vocab.txt", LocalHub.body(other));
    assertSays(
        failure(),
        "'vocab.txt'",
        "git SHA-1 must be " + LocalHub.gitHash(files.get("vocab.txt")),
        "is " + LocalHub.gitHash(other));
  }

  @Test
  void anotherSizeThanListed() {
    hub.fault(WEIGHTS, LocalHub.body(new byte[WEIGHTS_SIZE + 1]));
    assertSays(failure(), "must have 300000 bytes", "announces 300001");
  }

  @Test
  void moreBytesThanListedWithoutAnnouncement() throws IOException {
    hub.fault(
        WEIGHTS,
        (exchange, content) -> {
          exchange.sendResponseHeaders(200, 0); // in chunks: no length
          exchange.getResponseBody().write(new byte[WEIGHTS_SIZE + 70_000]);
        });
    assertSays(failure(), "must have 300000 bytes", "more came");
    assertEquals(List.of(), unfinished());
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../.bashrc", "/etc/passwd", "a//b", "a/./b", "..\\x", "C:x", "a/.."})
  void aFileNameThatLeadsOutOfTheFolder(String name) {
    hub.add("evil/model", "main", Map.of("config.json", bytes("{}"), name, bytes("x")));
    assertSays(failure(client(), "evil/model", "main"), "'" + name + "'", "refused");
  }

  @Test
  void aWebPageInsteadOfAHub() {
    hub.fault("/revision/main", LocalHub.body(bytes("<html>log in</html>")));
    assertSays(failure(), "no JSON", "HF_ENDPOINT");
    hub.fault("/revision/main", LocalHub.body(bytes("{\"sha\": \"main\"}")));
    assertSays(failure(), "'sha', 40 hexadecimal digits", "HF_ENDPOINT");
  }

  @Test
  void noRoomOnTheDisk() {
    HubClient client =
        new HubClient(
            settings(),
            counter,
            Retry.standard(notices::add),
            Duration.ofSeconds(5),
            folder -> 67_000_000);
    assertSays(failure(client, ID, "main"), "needs 68 MB more", "67 MB free", "--cache");
    assertEquals(0, weightRequests().size());
  }

  @Test
  void noServerAtTheAddress() {
    hub.close();
    assertSays(failure(), "No connection to 127.0.0.1:", "given up after 5 attempts");
  }

  @Test
  void aHostThatNobodyKnows() throws IOException {
    client().fetchModel(ID, "main");
    URI nowhere = URI.create("http://no-such-host.invalid");
    HubClient lost = client(new HubSettings(nowhere, Optional.empty(), cache, false));
    assertSays(failure(lost, ID, "main"), "no-such-host.invalid", "--offline", "is in the cache");
    String other = failure(lost, "bert-base-uncased", "main");
    assertSays(other, "no-such-host.invalid", "network");
    assertFalse(other.contains("A copy"), other);
    assertEquals(List.of(), waits);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a/b/c", "", "a b", "/a", "a/", ".hidden/x", "a--b", "x.git"})
  void anIdThatIsNone(String id) {
    assertSays(failure(client(), id, "main"), "'" + id + "' was given");
    assertEquals(0, hub.requests().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a//b", "", "a b", "/a", "a/", "x?y", "a/.b"})
  void aRevisionThatIsNone(String revision) {
    assertSays(failure(client(), ID, revision), "'" + revision + "' was given");
    assertEquals(0, hub.requests().size());
  }
}

package org.javatron.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.javatron.io.InputException;
import org.javatron.testing.FileServer;
import org.javatron.testing.LocalHub;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One test for each way in which a server, a line or a disk can fail a download. */
class DownloaderTest {
  private static final String NAME = "x.tar.gz";

  @TempDir Path folder;
  private FileServer server;
  private final byte[] content = bytes(300_000, 1);
  private final Recorder recorder = new Recorder();

  @BeforeEach
  void serve() throws IOException {
    server = new FileServer();
    server.put(NAME, content);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static byte[] bytes(int count, int seed) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private Source source(URI... folders) {
    return new Source(
        NAME, Arrays.stream(folders).map(base -> URI.create(base + "/" + NAME)).toList(), null);
  }

  private Path get() throws IOException {
    return recorder.downloader(Duration.ofSeconds(5)).get(source(server.folder()), folder);
  }

  private void assertGot() throws IOException {
    assertArrayEquals(content, Files.readAllBytes(get()));
    assertEquals(List.of(NAME, NAME + ".seen.json"), names());
    Seen seen = Seen.read(Seen.ofWhole(folder.resolve(NAME)));
    assertEquals(LocalHub.sha256(content), seen.sha256());
    assertEquals(content.length, seen.bytes());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private String failure() {
    return failure(Duration.ofSeconds(5), source(server.folder()));
  }

  private String failure(Duration timeout, Source source) {
    String message =
        assertThrows(InputException.class, () -> recorder.downloader(timeout).get(source, folder))
            .getMessage();
    assertEquals(1, message.lines().count(), message);
    assertEquals('.', message.charAt(message.length() - 1), message);
    return message;
  }

  private static void assertSays(String message, String... parts) {
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  @Test
  void aFileIsGotOnce() throws IOException {
    assertGot();
    assertEquals(content.length, recorder.steps.get("downloading " + NAME));
    assertGot();
    assertEquals(1, server.gets().size());
    assertSays(recorder.notices.get(0), NAME + " is there already.");
  }

  @Test
  void aCutConnectionIsContinuedWhereItBroke() throws IOException {
    server.fault(NAME, LocalHub.truncated(100_000));
    assertGot();
    FileServer.Request second = server.gets().get(1);
    assertTrue(second.range().matches("bytes=[1-9]\\d+-"), second.range());
    assertEquals(FileServer.etag(content), second.ifRange());
    assertEquals(content.length, recorder.steps.get("downloading " + NAME));
  }

  @Test
  void aKilledRunIsContinued() throws IOException {
    leave(Arrays.copyOf(content, 70_000), FileServer.etag(content), server.folder());
    assertGot();
    assertEquals("bytes=70000-", server.gets().get(0).range());
  }

  /** What a killed run leaves. */
  private void leave(byte[] part, String etag, URI from) throws IOException {
    Files.write(folder.resolve(NAME + ".part"), part);
    new Seen(from + "/" + NAME, etag, content.length, null)
        .write(folder.resolve(NAME + ".part.json"));
  }

  @Test
  void aRunKilledAtTheVeryEndNeedsNothingMore() throws IOException {
    leave(content, FileServer.etag(content), server.folder());
    assertGot();
    assertEquals(0, server.gets().size());
  }

  @Test
  void whatIsLeftWithoutARecordIsNotContinued() throws IOException {
    Files.write(folder.resolve(NAME + ".part"), bytes(1000, 7));
    assertGot();
    assertNull(server.gets().get(0).range());
  }

  @Test
  void otherBytesAreGotFromTheirBeginning() throws IOException {
    leave(bytes(70_000, 2), FileServer.etag(bytes(300_000, 2)), server.folder());
    assertGot();
    assertSays(recorder.notices.get(0), "from its beginning");
  }

  @Test
  void aServerThatIgnoresRangesSendsAllAgain() throws IOException {
    leave(Arrays.copyOf(content, 70_000), null, server.folder());
    server.fault(NAME, LocalHub.body(content));
    assertGot();
    assertEquals("bytes=70000-", server.gets().get(0).range());
    assertNull(server.gets().get(0).ifRange());
  }

  @Test
  void aServerThatIgnoresIfRangeIsFoundOutByTheEtag() throws IOException {
    leave(bytes(70_000, 2), "\"of other bytes\"", server.folder());
    server.fault(
        NAME,
        (exchange, all) -> {
          exchange.getResponseHeaders().set("ETag", FileServer.etag(all));
          exchange.getResponseHeaders().set("Content-Range", "bytes 70000-299999/300000");
          exchange.sendResponseHeaders(206, 230_000);
          exchange.getResponseBody().write(all, 70_000, 230_000);
        });
    assertGot();
    assertSays(recorder.notices.get(0), "cannot continue " + NAME);
    assertNull(server.gets().get(1).range());
  }

  @Test
  void aRestOfAnotherLengthIsNotTaken() throws IOException {
    leave(Arrays.copyOf(content, 70_000), FileServer.etag(content), server.folder());
    server.fault(
        NAME,
        LocalHub.status(206, "Content-Range", "bytes 70000-80000/80001"),
        LocalHub.status(206, "Content-Range", "nonsense"));
    assertSays(failure(), "answered 206", "not expected"); // to the request for all of it
    assertGot();
  }

  @Test
  void aRangeThatCannotBeSatisfiedBeginsAnew() throws IOException {
    leave(Arrays.copyOf(content, 70_000), FileServer.etag(content), server.folder());
    server.fault(NAME, LocalHub.status(416));
    assertGot();
    assertNull(server.gets().get(1).range());
  }

  @Test
  void fewerBytesThanAnnouncedAreGivenUpInTheEndAndKept() throws IOException {
    LocalHub.Fault cut = LocalHub.truncated(50_000);
    LocalHub.Fault hangUp =
        (exchange, all) -> {
          int from =
              Integer.parseInt(
                  exchange.getRequestHeaders().getFirst("Range").replaceAll("\\D", ""));
          exchange
              .getResponseHeaders()
              .set("Content-Range", "bytes %d-%d/%d".formatted(from, all.length - 1, all.length));
          exchange.sendResponseHeaders(206, all.length - from);
          // Newer servers keep the headers back, and Java's client repeats what got no answer.
          exchange.getResponseBody().flush();
        };
    server.fault(NAME, cut, hangUp, hangUp, hangUp, hangUp, hangUp);
    assertSays(failure(), "given up after 5 attempts", "What has arrived is kept");
    assertTrue(Files.size(folder.resolve(NAME + ".part")) > 0);
    assertGot();
  }

  @Test
  void aBodyWithoutALengthEndsWhereItEnds() throws IOException {
    server.fault(
        NAME,
        (exchange, all) -> {
          exchange.sendResponseHeaders(200, 0); // in chunks
          exchange.getResponseBody().write(all);
        });
    assertGot();
  }

  @Test
  void aFileThatIsNotThere() {
    server.fault(NAME, LocalHub.status(404));
    assertEquals("127.0.0.1 has no /data/" + NAME + ".", failure());
    server.fault(NAME, LocalHub.status(403));
    assertSays(failure(), "answered 403", "/data/" + NAME);
  }

  @Test
  void theNextAddressIsTriedAndAllFailuresAreNamed() throws IOException {
    try (FileServer empty = new FileServer()) {
      Source two = source(empty.folder(), server.folder());
      Path file = recorder.downloader(Duration.ofSeconds(5)).get(two, folder);
      assertArrayEquals(content, Files.readAllBytes(file));
      assertSays(recorder.notices.get(0), "has no /data/" + NAME, "The next address is tried.");
      Files.delete(file);
      server.fault(NAME, LocalHub.status(410));
      String message = failure(Duration.ofSeconds(5), two);
      assertSays(message, NAME + " came from none of 2 addresses: ", "; ");
    }
  }

  @Test
  void anotherAddressContinuesNothing() throws IOException {
    leave(bytes(70_000, 2), FileServer.etag(content), URI.create("http://mirror.example/data"));
    assertGot();
    assertNull(server.gets().get(0).range());
  }

  @Test
  void aBusyServerIsAskedAgainWhenItSays() throws IOException {
    server.fault(NAME, LocalHub.status(500), LocalHub.status(503, "Retry-After", "17"));
    assertGot();
    assertEquals(List.of(Duration.ofSeconds(1), Duration.ofSeconds(17)), recorder.waits);
    server.fault(NAME, LocalHub.status(503, "Retry-After", "3600"));
    Files.delete(folder.resolve(NAME));
    assertSays(failure(), "answered 503", "asks to wait 3600 s");
  }

  @Test
  void redirectsAreFollowedButNotInACircle() throws IOException {
    server.put("moved", content);
    server.fault(NAME, LocalHub.status(302, "Location", "moved"));
    assertGot();
    Files.delete(folder.resolve(NAME));
    LocalHub.Fault[] circle = new LocalHub.Fault[11];
    Arrays.fill(circle, LocalHub.status(302, "Location", NAME));
    server.fault(NAME, circle);
    assertSays(failure(), "redirects more than 10 times");
  }

  @Test
  void aServerThatFallsSilentIsGivenUp() {
    LocalHub.Fault silent =
        (exchange, all) -> {
          exchange.sendResponseHeaders(200, all.length);
          exchange.getResponseBody().flush();
          LockSupport.parkNanos(2_000_000_000L);
        };
    server.fault(NAME, silent, silent, silent, silent, silent);
    assertSays(
        failure(Duration.ofMillis(100), source(server.folder())),
        "No byte came for 100 ms",
        "given up after 5 attempts");
  }

  @Test
  void aTrickleIsGivenUpAndKept() throws IOException {
    server.fault(
        NAME,
        (exchange, all) -> {
          exchange.getResponseHeaders().set("ETag", FileServer.etag(all));
          exchange.sendResponseHeaders(200, all.length);
          for (int i = 0; i < 100; i++) {
            exchange.getResponseBody().write(all[i]);
            exchange.getResponseBody().flush();
            LockSupport.parkNanos(50_000_000);
          }
        });
    assertSays(
        failure(Duration.ofMillis(400), source(server.folder())),
        "127.0.0.1 sent only ",
        " bytes of " + NAME,
        "what has arrived is kept");
    assertGot();
    assertTrue(server.gets().get(1).range() != null);
  }

  @Test
  void aPublishedChecksumDecides() throws IOException, NoSuchAlgorithmException {
    String right = md5(content);
    URI address = URI.create(server.folder() + "/" + NAME);
    Source source = new Source(NAME, List.of(address), right);
    server.fault(NAME, LocalHub.body(bytes(300_000, 3)));
    assertSays(
        failure(Duration.ofSeconds(5), source),
        NAME + " from 127.0.0.1 is damaged",
        "MD5 must be " + right,
        "is " + md5(bytes(300_000, 3)));
    assertEquals(List.of(), names());
    recorder.downloader(Duration.ofSeconds(5)).get(source, folder);
    Files.delete(Seen.ofWhole(folder.resolve(NAME)));
    Files.write(folder.resolve(NAME), bytes(5, 5));
    assertSays(failure(Duration.ofSeconds(5), source), folder.resolve(NAME) + " is damaged");
  }

  private static String md5(byte[] content) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
  }

  @Test
  void whatWasSeenFirstMustStayTheSame() throws IOException {
    assertGot();
    Files.delete(folder.resolve(NAME));
    byte[] other = bytes(300_000, 4);
    server.put(NAME, other);
    assertSays(
        failure(),
        "is not what it was",
        LocalHub.sha256(content),
        LocalHub.sha256(other),
        "delete " + folder.resolve(NAME + ".seen.json"));
    Files.delete(folder.resolve(NAME + ".seen.json"));
    int before = server.gets().size();
    assertArrayEquals(other, Files.readAllBytes(get()));
    assertEquals(before, server.gets().size(), "it had come already");
  }

  @Test
  void aFileOfAnotherSizeThanRecordedIsNotTaken() throws IOException {
    assertGot();
    Files.write(folder.resolve(NAME), bytes(10, 5));
    assertSays(failure(), "has 10 bytes, but 300000 were recorded", "delete it");
  }

  @Test
  void aFilePutThereByHandIsTakenAndRecorded() throws IOException {
    Files.write(folder.resolve(NAME), content);
    assertGot();
    assertEquals(0, server.gets().size());
  }

  @Test
  void aRecordThatIsNone() throws IOException {
    Files.write(folder.resolve(NAME), content);
    for (String text : List.of("{", "", "{\"bytes\": 1}")) {
      Files.writeString(folder.resolve(NAME + ".seen.json"), text);
      assertSays(failure(), "expected a download's record", "delete it");
    }
  }

  @Test
  void aDiskThatIsTooSmall() throws IOException {
    recorder.free = 200_000 + Room.SPARE_BYTES;
    assertSays(failure(), NAME + " needs 68 MB in " + folder, "has 67 MB free");
    assertFalse(Files.exists(folder.resolve(NAME + ".part")));
    leave(Arrays.copyOf(content, 200_000), FileServer.etag(content), server.folder());
    assertGot(); // 100,000 bytes more have room
  }

  @Test
  void whatIsMissingIsAskedForBeforehand() throws IOException {
    Downloader downloader = recorder.downloader(Duration.ofSeconds(5));
    Source source = source(URI.create(server.folder() + "/nowhere"), server.folder());
    assertEquals(300_000, downloader.missing(source, folder));
    leave(Arrays.copyOf(content, 70_000), FileServer.etag(content), server.folder());
    assertEquals(230_000, downloader.missing(source, folder));
    assertGot();
    assertEquals(0, downloader.missing(source, folder));
    assertEquals(
        0, downloader.missing(source(URI.create("http://127.0.0.1:1")), folder.resolve("y")));
  }
}

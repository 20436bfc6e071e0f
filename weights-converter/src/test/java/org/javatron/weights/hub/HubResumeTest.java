package org.javatron.weights.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.javatron.http.Retry;
import org.javatron.testing.LocalHub;
import org.junit.jupiter.api.Test;

/** Transfers that break and go on. */
class HubResumeTest extends HubTestCase {
  @Test
  void aTruncatedTransferIsContinuedWhereItBroke() throws IOException {
    hub.fault(WEIGHTS, LocalHub.truncated(200_000));
    assertFetched();
    List<LocalHub.Request> requests = weightRequests();
    assertEquals(2, requests.size());
    assertNull(requests.get(0).range());
    requireContinuedWithin(200_000, requests.get(1));
    assertEquals("\"" + LocalHub.sha256(files.get(WEIGHTS)) + "\"", requests.get(1).ifRange());
    assertEquals(counter.total, counter.done);
    assertEquals(1, notices.size(), notices::toString);
  }

  /** When a line breaks, Java's client drops what came last and was not read yet. */
  private static void requireContinuedWithin(int sent, LocalHub.Request request) {
    int from = Integer.parseInt(request.range().replaceAll("\\D", ""));
    assertTrue(0 < from && from <= sent, request::range);
  }

  @Test
  void aTruncatedSmallFileIsContinuedToo() throws IOException {
    hub.fault("vocab.txt", LocalHub.truncated(7));
    assertFetched();
    assertTrue(
        hub.requests().stream().anyMatch(request -> "bytes=7-".equals(request.range())),
        hub.requests()::toString);
  }

  @Test
  void aBadLineThatGetsFurtherEachTimeIsNotGivenUp() throws IOException {
    LocalHub.Fault[] breaks = new LocalHub.Fault[12];
    for (int i = 0; i < breaks.length; i++) {
      int more = 20_000;
      breaks[i] =
          (exchange, content) -> {
            String range = exchange.getRequestHeaders().getFirst("Range");
            int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
            String rest = "bytes " + from + "-" + (content.length - 1) + "/" + content.length;
            exchange.getResponseHeaders().set("Content-Range", rest);
            exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - from);
            exchange.getResponseBody().write(content, from, more);
            exchange.getResponseBody().flush();
            LocalHub.letTheClientRead();
          };
    }
    hub.fault(WEIGHTS, breaks);
    assertFetched();
    assertEquals(13, weightRequests().size());
    assertTrue(waits.stream().allMatch(Duration.ofSeconds(1)::equals), waits::toString);
  }

  @Test
  void aTransferThatNeverGetsFurtherIsGivenUpAndKept() throws IOException {
    LocalHub.Fault nothing = LocalHub.truncated(0);
    hub.fault(WEIGHTS, LocalHub.truncated(1000), nothing, nothing, nothing, nothing, nothing);
    String message = failure();
    assertTrue(message.contains("given up after 5 attempts"), message);
    assertEquals(1, counter.ended);
  }

  @Test
  void aServerWithoutRangesThatBreaksAtTheSamePlaceIsGivenUp() throws IOException {
    LocalHub.Fault half = LocalHub.truncated(150_000);
    hub.fault(WEIGHTS, half, half, half, half, half, half, half);
    String message = failure();
    assertTrue(message.contains("given up after 5 attempts"), message);
    assertEquals(5, weightRequests().size());
  }

  @Test
  void aResetConnectionIsTriedAgain() throws IOException {
    try (ServerSocket resetting = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      byte[] weights = files.get(WEIGHTS);
      Thread server = new Thread(() -> sendHalfAndReset(resetting, weights));
      server.start();
      String elsewhere = "http://127.0.0.1:" + resetting.getLocalPort() + "/x";
      // The listing's HEAD is not asked here, so the first request for the weights is their GET.
      hub.fault("/cdn-entry", LocalHub.status(302, "Location", elsewhere));
      hub.fault(WEIGHTS, LocalHub.status(302, "Location", hub.endpoint() + "/cdn-entry"));
      assertFetched();
    }
    assertEquals(1, notices.size(), notices::toString);
    requireContinuedWithin(150_000, weightRequests().get(1));
  }

  private static void sendHalfAndReset(ServerSocket server, byte[] content) {
    try (Socket socket = server.accept()) {
      while (socket.getInputStream().available() == 0) {
        Thread.onSpinWait();
      }
      OutputStream out = socket.getOutputStream();
      out.write(bytes("HTTP/1.1 200 OK\r\nContent-Length: " + content.length + "\r\n\r\n"));
      out.write(content, 0, content.length / 2);
      out.flush();
      Thread.sleep(200); // the reader shall have it before the reset throws it away
      socket.setSoLinger(true, 0); // closing now sends RST, not FIN
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aServerThatFallsSilentIsLeftAndAskedAgain() throws IOException {
    hub.fault(
        WEIGHTS,
        (exchange, content) -> {
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content, 0, 100_000);
          exchange.getResponseBody().flush();
          try {
            Thread.sleep(20_000);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the test is over
          }
        });
    HubClient impatient =
        new HubClient(
            settings(),
            counter,
            new Retry(2, Duration.ZERO, Duration.ofMinutes(5), waits::add, notices::add),
            Duration.ofMillis(300),
            folder -> Long.MAX_VALUE);
    assertSnapshot(impatient.fetchModel(ID, "main"), wanted());
    assertEquals(List.of("No byte came for 300 ms; trying again in 0.0 s."), notices);
    assertEquals("bytes=100000-", weightRequests().get(1).range());
  }

  @Test
  void whatAKilledRunLeftIsContinued() throws IOException {
    leave(Arrays.copyOf(files.get(WEIGHTS), 123_456));
    assertFetched();
    assertEquals("bytes=123456-", weightRequests().get(0).range());
    assertEquals(1, weightRequests().size());
    assertEquals(counter.total, counter.done);
  }

  @Test
  void aWholeFileThatAKilledRunLeftUnnamedIsVerifiedAndUsed() throws IOException {
    leave(files.get(WEIGHTS));
    assertFetched();
    assertEquals(0, weightRequests().size());
  }

  @Test
  void aDamagedLeftoverIsFoundOutAndDownloadedAnew() throws IOException {
    leave(new byte[100_000]);
    assertFetched();
    assertEquals(2, weightRequests().size());
    assertTrue(notices.get(0).contains("damaged"), notices::toString);
    assertEquals(counter.total, counter.done);
  }

  @Test
  void aLeftoverLongerThanTheFileIsThrownAway() throws IOException {
    leave(new byte[WEIGHTS_SIZE + 1]);
    assertFetched();
    assertNull(weightRequests().get(0).range());
    assertEquals(counter.total, counter.done);
  }

  @Test
  void aServerThatIgnoresRangesSendsTheFileFromItsStart() throws IOException {
    leave(Arrays.copyOf(files.get(WEIGHTS), 1000));
    hub.fault(WEIGHTS, LocalHub.body(files.get(WEIGHTS)));
    assertFetched();
    assertEquals(1, weightRequests().size());
    assertEquals(counter.total, counter.done);
  }

  @Test
  void aRangeThatTheServerRefusesIsStartedOver() throws IOException {
    leave(Arrays.copyOf(files.get(WEIGHTS), 1000));
    hub.fault(WEIGHTS, LocalHub.status(416));
    assertFetched();
    assertNull(weightRequests().get(1).range());
  }

  @Test
  void anotherPartThanTheOneAskedForIsNotAppended() throws IOException {
    leave(Arrays.copyOf(files.get(WEIGHTS), 1000));
    hub.fault(
        WEIGHTS,
        (exchange, content) -> {
          exchange.getResponseHeaders().set("Content-Range", "bytes 500-299999/300000");
          exchange.sendResponseHeaders(206, content.length - 500);
          exchange.getResponseBody().write(content, 500, content.length - 500);
        });
    assertFetched();
    assertNull(weightRequests().get(1).range());
  }

  @Test
  void bytesThatChangedOnTheServerBetweenTwoPartsAreNotMixed() throws IOException {
    byte[] other = new byte[WEIGHTS_SIZE];
    hub.fault(
        WEIGHTS,
        (exchange, content) -> {
          exchange.getResponseHeaders().set("ETag", "\"of-the-other-bytes\"");
          exchange.sendResponseHeaders(200, other.length);
          exchange.getResponseBody().write(other, 0, 1000);
          exchange.getResponseBody().flush();
        });
    assertFetched(); // If-Range names the other bytes, so the server sends the true ones whole
    assertEquals("\"of-the-other-bytes\"", weightRequests().get(1).ifRange());
    assertEquals(2, weightRequests().size());
    assertEquals(counter.total, counter.done);
  }

  @Test
  void aNewCommitBetweenTwoRunsStartsItsOwnFile() throws IOException {
    leave(Arrays.copyOf(files.get(WEIGHTS), 1000));
    Map<String, byte[]> changed = new TreeMap<>(wanted());
    changed.put(WEIGHTS, modelFiles(2).get(WEIGHTS));
    hub.add(ID, "main", changed);
    client().fetchModel(ID, "main");
    assertNull(weightRequests().get(0).range());
    assertFalse(Files.exists(blob(WEIGHTS)));
  }

  private void leave(byte[] bytes) throws IOException {
    Files.createDirectories(blob(WEIGHTS).getParent());
    Files.write(BlobDownload.partial(blob(WEIGHTS)), bytes);
  }
}

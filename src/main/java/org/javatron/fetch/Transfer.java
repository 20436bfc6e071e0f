package org.javatron.fetch;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.javatron.http.Http;
import org.javatron.http.StallGuard;
import org.javatron.http.TransientException;
import org.javatron.io.InputException;
import org.javatron.io.Progress;

/** One file's bytes from one address into its unfinished file, in as many attempts as it takes. */
final class Transfer implements Closeable {
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+)");
  private static final int BLOCK = 1 << 16;

  /** A server that sends less for the whole time limit is given up, in bytes a second. */
  private static final long SLOWEST = 1000;

  private final Http http;
  private final Duration timeout;
  private final Room room;
  private final FetchListener listener;
  private final Source source;
  private final URI address;
  private final Path part;
  private final Path record;
  private Progress progress;
  private Seen state;

  Transfer(
      Http http,
      Duration timeout,
      Room room,
      FetchListener listener,
      Source source,
      URI address,
      Path target)
      throws IOException {
    this.http = http;
    this.timeout = timeout;
    this.room = room;
    this.listener = listener;
    this.source = source;
    this.address = address;
    this.part = target.resolveSibling(target.getFileName() + ".part");
    this.record = target.resolveSibling(target.getFileName() + ".part.json");
    this.state = Files.exists(part) ? Seen.read(record) : null;
  }

  Path part() {
    return part;
  }

  /** What is to be recorded of the whole file. */
  Seen seen(String sha256) {
    return new Seen(state.address(), state.etag(), state.bytes(), sha256);
  }

  /** How many bytes there are that need not come again. */
  long reached() {
    return part.toFile().length();
  }

  /** Another address's bytes are not continued: nothing says that they are the same. */
  private boolean continues() {
    return state != null && state.address().equals(address.toString()) && reached() > 0;
  }

  /** Gets what is missing; returns when the file is whole. */
  void attempt() throws IOException {
    boolean continued = continues();
    if (continued && state.bytes() == reached()) {
      return;
    }
    HttpResponse<InputStream> response =
        http.send("GET", address, continued ? rangeHeaders() : Map.of(), next -> true);
    try (InputStream in = new StallGuard(response.body(), timeout)) {
      int status = response.statusCode();
      if (continued && (status == 416 || (status == 206 && !isTheRest(response)))) {
        startOver();
        throw new TransientException(host() + " cannot continue " + source.name(), null);
      }
      if (status != 200 && !(continued && status == 206)) {
        throw refusal(response);
      }
      if (status == 200) {
        if (continued) {
          listener.notice(
              "%s sends %s from its beginning: it has other bytes now, or it always does."
                  .formatted(host(), source.name()));
        }
        begin(response);
      } else {
        room.require(source.name(), part.getParent(), state.bytes() - reached());
      }
      if (progress == null) {
        progress =
            listener.begin("downloading " + source.name(), reached(), state.bytes(), "bytes");
      }
      append(in);
    }
  }

  private Map<String, String> rangeHeaders() {
    Map<String, String> headers = new TreeMap<>();
    headers.put("Range", "bytes=" + reached() + "-");
    if (state.etag() != null) {
      headers.put("If-Range", state.etag());
    }
    return headers;
  }

  /** Whether the answer is the rest that was asked for, of the same file. */
  private boolean isTheRest(HttpResponse<?> response) {
    Matcher range =
        CONTENT_RANGE.matcher(response.headers().firstValue("Content-Range").orElse(""));
    String etag = etag(response);
    return range.matches()
        && Long.parseLong(range.group(1)) == reached()
        && Long.parseLong(range.group(3)) == state.bytes()
        && (etag == null || state.etag() == null || etag.equals(state.etag()));
  }

  /** A weak ETag does not promise the same bytes. */
  private static String etag(HttpResponse<?> response) {
    return response.headers().firstValue("ETag").filter(tag -> !tag.startsWith("W/")).orElse(null);
  }

  private void begin(HttpResponse<?> response) throws IOException {
    startOver();
    long bytes = response.headers().firstValueAsLong("Content-Length").orElse(-1);
    room.require(source.name(), part.getParent(), bytes);
    state = new Seen(address.toString(), etag(response), bytes, null);
    state.write(record);
  }

  private void startOver() throws IOException {
    if (progress != null) {
      progress.step(-reached());
    }
    Files.deleteIfExists(part);
    state = null;
  }

  private IOException refusal(HttpResponse<?> response) {
    int status = response.statusCode();
    if (Http.mayPass(status)) {
      return Http.busy(response);
    }
    return new InputException(
        status == 404 || status == 410
            ? "%s has no %s.".formatted(host(), address.getPath())
            : "%s answered %d to the request for %s, which is not expected."
                .formatted(host(), status, address.getPath()));
  }

  private String host() {
    return address.getHost();
  }

  private void append(InputStream in) throws IOException {
    byte[] block = new byte[BLOCK];
    try (FileChannel out =
        FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      long windowStart = System.nanoTime();
      long inWindow = 0;
      for (int count = in.read(block); count >= 0; count = in.read(block)) {
        ByteBuffer bytes = ByteBuffer.wrap(block, 0, count);
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        progress.step(count);
        inWindow += count;
        long elapsed = System.nanoTime() - windowStart;
        if (elapsed > timeout.toNanos()) {
          requireSpeed(inWindow, elapsed);
          windowStart += elapsed;
          inWindow = 0;
        }
      }
      out.force(true);
      if (state.bytes() < 0) { // sent in chunks: its end is where they end
        state = new Seen(state.address(), state.etag(), out.size(), null);
      } else if (out.size() < state.bytes()) {
        throw new TransientException(
            "%s broke off after %d of %d bytes".formatted(source.name(), out.size(), state.bytes()),
            null);
      }
    }
  }

  private void requireSpeed(long bytes, long nanos) throws InputException {
    if (bytes < SLOWEST * (nanos / 1e9)) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s sent only %d bytes of %s in %.1f s; what has arrived is kept: run the command"
                  + " again to continue.",
              host(),
              bytes,
              source.name(),
              nanos / 1e9));
    }
  }

  /** Deletes what came: it is damaged. */
  void discard() throws IOException {
    Files.deleteIfExists(part);
    forget();
  }

  /** The unfinished file is no more. */
  void forget() throws IOException {
    Files.deleteIfExists(record);
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
    }
  }
}

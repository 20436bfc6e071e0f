package org.javatron.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.javatron.http.Http;
import org.javatron.http.Retry;
import org.javatron.io.InputException;
import org.javatron.io.Progress;

/**
 * Gets files from the network.
 *
 * <ul>
 *   <li>Bytes go to {@code NAME.part}, and what is known of them to {@code NAME.part.json}. A
 *       broken transfer is continued where it broke, in this run or in a later one, if the server
 *       still has the same bytes ({@code Range} and {@code If-Range}); else it begins anew.
 *   <li>What fails for a passing reason (broken connection, no answer within 30 seconds, status
 *       408, 429 or 5xx) is tried again after 1, 2, 4 and 8 seconds, or when the server says, five
 *       times in all without getting further. Then, and at once if trying again would not help, the
 *       next address is tried.
 *   <li>A whole file is checked by its published MD5. Its SHA-256 is recorded in {@code
 *       NAME.seen.json} when it is first seen, and whatever comes later must be the same.
 * </ul>
 *
 * <p>Thread-safe if the listener is; no two threads or processes may get the same file.
 */
public final class Downloader {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** Smaller files are checked before anybody could read a bar. */
  private static final long SHOWN_BYTES = 100_000_000;

  private final Http http;
  private final Retry retry;
  private final Duration timeout;
  private final Room room;
  private final FetchListener listener;

  Downloader(Retry retry, Duration timeout, Room room, FetchListener listener) {
    this.http = new Http(timeout, uri -> Map.of(), "--from names another address.");
    this.retry = retry;
    this.timeout = timeout;
    this.room = room;
    this.listener = listener;
  }

  /**
   * A downloader. It makes no connection yet, and there is nothing to close.
   *
   * @param listener hears how it goes
   * @return the downloader
   */
  public static Downloader of(FetchListener listener) {
    return new Downloader(Retry.standard(listener::notice), TIMEOUT, Room.ofDisk(), listener);
  }

  Room room() {
    return room;
  }

  FetchListener listener() {
    return listener;
  }

  /**
   * How many bytes are still to come of a file, as far as the first address that answers says it.
   *
   * @param source what and where from
   * @param folder where it shall lie
   * @return their number; 0 if the file is there already or nobody says
   * @throws IOException if the folder cannot be read
   */
  long missing(Source source, Path folder) throws IOException {
    if (Files.exists(folder.resolve(source.name()))) {
      return 0;
    }
    for (URI address : source.addresses()) {
      try {
        HttpResponse<InputStream> response = http.send("HEAD", address, Map.of(), next -> true);
        response.body().close();
        if (response.statusCode() == 200) {
          long bytes = response.headers().firstValueAsLong("Content-Length").orElse(0);
          Path part = folder.resolve(source.name() + ".part");
          return Math.max(0, bytes - part.toFile().length());
        }
      } catch (IOException e) {
        continue; // whether it can be had at all, and why not, is told when it is downloaded
      }
    }
    return 0;
  }

  /**
   * Gets a file, unless it is there already.
   *
   * @param source what and where from
   * @param folder where it shall lie; made if missing
   * @return the file, whole and checked
   * @throws IOException if it cannot be had; an {@link InputException} says why in one sentence
   */
  public Path get(Source source, Path folder) throws IOException {
    Files.createDirectories(folder);
    Path target = folder.resolve(source.name());
    if (Files.exists(target)) {
      accept(source, target);
      return target;
    }
    List<String> failures = new ArrayList<>();
    for (URI address : source.addresses()) {
      try {
        get(source, address, target);
        return target;
      } catch (Room.NoRoomException e) {
        throw e;
      } catch (InputException e) {
        failures.add(e.getMessage());
        if (failures.size() < source.addresses().size()) {
          listener.notice(e.getMessage() + " The next address is tried.");
        } else if (failures.size() == 1) {
          throw e;
        }
      }
    }
    throw new InputException(
        failures.stream()
            .map(failure -> failure.replaceFirst("\\.$", ""))
            .collect(
                Collectors.joining(
                    "; ",
                    source.name() + " came from none of " + failures.size() + " addresses: ",
                    ".")));
  }

  /** A file that is there: one that was fetched, or that somebody put there. */
  private void accept(Source source, Path target) throws IOException {
    Seen seen = Seen.read(Seen.ofWhole(target));
    long bytes = Files.size(target);
    if (seen != null && seen.bytes() != bytes) {
      throw new InputException(
          "%s has %d bytes, but %d were recorded when it was fetched: delete it to fetch it again."
              .formatted(target, bytes, seen.bytes()));
    }
    if (seen == null) {
      Hashes hashes = hashes(source, target);
      requireMd5(source, hashes, target.toString());
      new Seen(target.toUri().toString(), null, bytes, hashes.sha256()).write(Seen.ofWhole(target));
    }
    listener.notice(target + " is there already.");
  }

  private void get(Source source, URI address, Path target) throws IOException {
    Transfer transfer = new Transfer(http, timeout, room, listener, source, address, target);
    try (transfer) {
      retry.run(
          () -> {
            transfer.attempt();
            return null;
          },
          transfer::reached);
    }
    Path part = transfer.part();
    Hashes hashes = hashes(source, part);
    String where = source.name() + " from " + address.getHost();
    try {
      requireMd5(source, hashes, where);
    } catch (InputException e) {
      transfer.discard();
      throw e;
    }
    Seen before = Seen.read(Seen.ofWhole(target));
    if (before != null && !hashes.sha256().equals(before.sha256())) {
      throw new InputException(
          "%s is not what it was: its SHA-256 is %s, but %s was recorded of %s; delete %s to take it all the same."
              .formatted(
                  where, hashes.sha256(), before.sha256(), before.address(), Seen.ofWhole(target)));
    }
    transfer.seen(hashes.sha256()).write(Seen.ofWhole(target));
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    transfer.forget();
  }

  private Hashes hashes(Source source, Path file) throws IOException {
    long bytes = Files.size(file);
    try (Progress progress =
        bytes < SHOWN_BYTES
            ? Progress.none()
            : listener.begin("checking " + source.name(), 0, bytes, "bytes")) {
      return Hashes.of(file, progress);
    }
  }

  private static void requireMd5(Source source, Hashes hashes, String where) throws InputException {
    if (source.md5() != null && !source.md5().equals(hashes.md5())) {
      throw new InputException(
          "%s is damaged: its MD5 must be %s, as published, but is %s."
              .formatted(where, source.md5(), hashes.md5()));
    }
  }
}

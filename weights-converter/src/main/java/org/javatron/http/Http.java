package org.javatron.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import org.javatron.io.InputException;

/**
 * Requests whose redirects are followed here, not by the client, so that each host gets only the
 * headers that are meant for it and https never leads to http. Thread-safe.
 */
public final class Http {
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final int MOST_REDIRECTS = 10;

  private final HttpClient client;
  private final Duration timeout;
  private final Function<URI, Map<String, String>> own;
  private final String advice;

  /**
   * A client. It makes no connection yet, and there is nothing to close.
   *
   * @param timeout the longest wait for a connection and for an answer's headers
   * @param own headers for requests to this address alone, such as a token; none for others
   * @param advice what to do where a host is not known, the end of a sentence
   */
  public Http(Duration timeout, Function<URI, Map<String, String>> own, String advice) {
    this.timeout = timeout;
    this.own = own;
    this.advice = advice;
    // HTTP/1.1: one large body at a time gains nothing from HTTP/2, and the JDK reads it slower.
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout)
            .build();
  }

  /**
   * The answer to a request, with any status, after redirects.
   *
   * @param method GET or HEAD
   * @param start the address
   * @param headers sent to every host on the way
   * @param follow whether a redirect to this address is followed; if not, it is the answer
   * @return the answer; the caller closes its body, best through {@link StallGuard}
   * @throws IOException a {@link TransientException} if no connection could be made, an {@link
   *     InputException} for an unknown host, a redirect to nowhere or in a circle, or a bad
   *     certificate
   */
  public HttpResponse<InputStream> send(
      String method, URI start, Map<String, String> headers, Predicate<URI> follow)
      throws IOException {
    URI uri = start;
    for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
      HttpResponse<InputStream> response = send(method, uri, headers);
      String location = response.headers().firstValue("Location").orElse(null);
      if (!REDIRECTS.contains(response.statusCode()) || location == null) {
        return response;
      }
      URI next = target(uri, location);
      if (!follow.test(next)) {
        return response;
      }
      response.body().close();
      uri = next;
    }
    throw new InputException(
        "The answer to " + start + " redirects more than " + MOST_REDIRECTS + " times.");
  }

  private static URI target(URI from, String location) throws InputException {
    URI next;
    try {
      next = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new InputException(from + " redirects to '" + location + "', which is no address.", e);
    }
    boolean downgrade = "https".equals(from.getScheme()) && !"https".equals(next.getScheme());
    if (downgrade || next.getHost() == null) {
      throw new InputException(
          from.getHost() + " redirects to '" + next + "', which is not an https address.");
    }
    return next;
  }

  private HttpResponse<InputStream> send(String method, URI uri, Map<String, String> headers)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(timeout)
            .header("User-Agent", "javatron")
            .header("Accept-Encoding", "identity"); // sizes and hashes are of the plain bytes
    headers.forEach(request::header);
    own.apply(uri).forEach(request::header);
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("The download was interrupted.").initCause(e);
    } catch (ConnectException e) {
      throw unreachable(uri, e);
    } catch (SSLException e) {
      throw new InputException(
          "No secure connection to "
              + uri.getHost()
              + " could be made ("
              + e.getMessage()
              + "); a company's own certificate must be in Java's trust store.",
          e);
    }
  }

  private IOException unreachable(URI uri, ConnectException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return new UnreachableException(
            "The host " + uri.getHost() + " is not known here: is there a network? " + advice, e);
      }
    }
    return new TransientException(
        "No connection to " + uri.getHost() + ":" + port(uri) + " could be made", null);
  }

  /**
   * An address's port.
   *
   * @param uri an http or https address
   * @return the port, the scheme's own where the address names none
   */
  public static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
  }

  /**
   * Whether an answer means that the same request may succeed later.
   *
   * @param status the answer's status
   * @return true for 408, 429 and all from 500 on
   */
  public static boolean mayPass(int status) {
    return status == 408 || status == 429 || status >= 500;
  }

  /**
   * The failure of an answer that may pass.
   *
   * @param response the answer, for which {@link #mayPass} is true
   * @return the failure, with the wait that the server asks for
   */
  public static TransientException busy(HttpResponse<?> response) {
    int status = response.statusCode();
    return new TransientException(
        response.uri().getHost()
            + " answered "
            + status
            + (status == 429 ? " (too many requests)" : ""),
        retryAfter(response));
  }

  /** Seconds or a date, as RFC 9110 has it; null if absent or unreadable. */
  private static Duration retryAfter(HttpResponse<?> response) {
    String value = response.headers().firstValue("Retry-After").orElse("").strip();
    if (value.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    try {
      Instant then =
          ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT))
              .toInstant();
      Duration wait = Duration.between(Instant.now(), then);
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeException e) {
      return null; // no usable advice: the usual waits
    }
  }
}

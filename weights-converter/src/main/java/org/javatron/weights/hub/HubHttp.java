package org.javatron.weights.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.javatron.io.InputException;

/**
 * Requests with the hub's rules: redirects are followed here, not by the client, because the token
 * may go to the hub's own host only.
 */
final class HubHttp {
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final int MOST_REDIRECTS = 10;

  private final HttpClient client;
  private final HubSettings settings;
  private final Duration timeout;

  HubHttp(HubSettings settings, Duration timeout) {
    this.settings = settings;
    this.timeout = timeout;
    // HTTP/1.1: one large body at a time gains nothing from HTTP/2, and the JDK reads it slower.
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout)
            .build();
  }

  /**
   * The answer to a GET after all redirects, with any status. Its body fails if it falls silent;
   * the caller closes it.
   */
  HttpResponse<InputStream> get(URI uri, Map<String, String> headers) throws IOException {
    return follow("GET", uri, headers, true);
  }

  /** The hub's own answer to a HEAD: redirects inside the hub are followed, none away from it. */
  HttpResponse<InputStream> head(URI uri) throws IOException {
    HttpResponse<InputStream> response = follow("HEAD", uri, Map.of(), false);
    response.body().close();
    return response;
  }

  static InputStream body(HttpResponse<InputStream> response, Duration timeout) {
    return new StallGuard(response.body(), timeout);
  }

  Duration timeout() {
    return timeout;
  }

  private HttpResponse<InputStream> follow(
      String method, URI start, Map<String, String> headers, boolean leaveTheHub)
      throws IOException {
    URI uri = start;
    for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
      HttpResponse<InputStream> response = send(method, uri, headers);
      String location = response.headers().firstValue("Location").orElse(null);
      if (!REDIRECTS.contains(response.statusCode()) || location == null) {
        return response;
      }
      URI next = target(uri, location);
      if (!leaveTheHub && !isHub(next)) {
        return response;
      }
      response.body().close();
      uri = next;
    }
    throw new InputException(
        "The hub's answer to " + start + " redirects more than " + MOST_REDIRECTS + " times.");
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

  private boolean isHub(URI uri) {
    URI hub = settings.endpoint();
    return hub.getScheme().equals(uri.getScheme())
        && hub.getHost().equalsIgnoreCase(uri.getHost())
        && port(hub) == port(uri);
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
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
    if (settings.token().isPresent() && isHub(uri)) {
      request.header("Authorization", "Bearer " + settings.token().get());
    }
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

  private static IOException unreachable(URI uri, ConnectException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return new UnreachableException(
            "The host "
                + uri.getHost()
                + " is not known here: is there a network? HF_ENDPOINT names another hub, --offline"
                + " uses only what is in the cache.",
            e);
      }
    }
    return new TransientException(
        "No connection to " + uri.getHost() + ":" + port(uri) + " could be made", null);
  }

  /** There is no way to the host; trying again at once would not help. */
  static final class UnreachableException extends InputException {
    private static final long serialVersionUID = 1L;

    UnreachableException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}

package org.javatron.weights.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.javatron.http.Http;
import org.javatron.http.StallGuard;

/** Requests with the hub's rule: the token goes to the hub's own host and to nobody else. */
final class HubHttp {
  private final Http http;
  private final HubSettings settings;
  private final Duration timeout;

  HubHttp(HubSettings settings, Duration timeout) {
    this.settings = settings;
    this.timeout = timeout;
    this.http =
        new Http(
            timeout,
            this::authorization,
            "HF_ENDPOINT names another hub, --offline uses only what is in the cache.");
  }

  /**
   * The answer to a GET after all redirects, with any status. Its body fails if it falls silent;
   * the caller closes it.
   */
  HttpResponse<InputStream> get(URI uri, Map<String, String> headers) throws IOException {
    return http.send("GET", uri, headers, next -> true);
  }

  /** The hub's own answer to a HEAD: redirects inside the hub are followed, none away from it. */
  HttpResponse<InputStream> head(URI uri) throws IOException {
    HttpResponse<InputStream> response = http.send("HEAD", uri, Map.of(), this::isHub);
    response.body().close();
    return response;
  }

  static InputStream body(HttpResponse<InputStream> response, Duration timeout) {
    return new StallGuard(response.body(), timeout);
  }

  Duration timeout() {
    return timeout;
  }

  private Map<String, String> authorization(URI uri) {
    return settings.token().isPresent() && isHub(uri)
        ? Map.of("Authorization", "Bearer " + settings.token().get())
        : Map.of();
  }

  private boolean isHub(URI uri) {
    URI hub = settings.endpoint();
    return hub.getScheme().equals(uri.getScheme())
        && hub.getHost().equalsIgnoreCase(uri.getHost())
        && Http.port(hub) == Http.port(uri);
  }
}

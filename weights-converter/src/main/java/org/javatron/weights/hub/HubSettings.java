package org.javatron.weights.hub;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.javatron.io.InputException;

/**
 * Where models come from and where they are kept.
 *
 * @param endpoint the hub's address, without a slash at the end
 * @param token the access token for gated and private models; sent to the endpoint's host only
 * @param cache the cache's folder; made when first needed
 * @param offline whether only the cache is used and no connection is made
 */
public record HubSettings(URI endpoint, Optional<String> token, Path cache, boolean offline) {
  /** The address of the Hugging Face Hub. */
  public static final String DEFAULT_ENDPOINT = "https://huggingface.co";

  /**
   * The settings that environment variables give: {@code HF_ENDPOINT}, {@code HF_TOKEN}, {@code
   * HF_HUB_OFFLINE}, {@code JAVATRON_CACHE}, {@code XDG_CACHE_HOME}. An empty variable counts as
   * none.
   *
   * @param environment the variables, {@code System.getenv()} but in tests
   * @return the settings
   * @throws InputException if the endpoint is no http or https address, or the token has characters
   *     that no token has
   */
  public static HubSettings fromEnvironment(Map<String, String> environment) throws InputException {
    Optional<String> token = variable(environment, "HF_TOKEN");
    if (token.isPresent() && !token.get().matches("[!-~]+")) {
      throw new InputException(
          "HF_TOKEN must be one word of plain letters, digits and signs, but it has a space, a line"
              + " break or another character.");
    }
    return new HubSettings(
        endpoint("HF_ENDPOINT", variable(environment, "HF_ENDPOINT").orElse(DEFAULT_ENDPOINT)),
        token,
        defaultCache(environment),
        variable(environment, "HF_HUB_OFFLINE")
            .map(text -> List.of("1", "true", "yes", "on").contains(text.toLowerCase(Locale.ROOT)))
            .orElse(false));
  }

  static URI endpoint(String source, String text) throws InputException {
    try {
      URI uri = new URI(text.replaceAll("/+$", ""));
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http && uri.getHost() != null && uri.getQuery() == null && uri.getFragment() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      throw new InputException(notAnAddress(source, text), e);
    }
    throw new InputException(notAnAddress(source, text));
  }

  private static String notAnAddress(String source, String text) {
    return source
        + " must be an address such as "
        + DEFAULT_ENDPOINT
        + ", but it is '"
        + text
        + "'.";
  }

  private static Path defaultCache(Map<String, String> environment) {
    Path home =
        variable(environment, "JAVATRON_CACHE")
            .map(Path::of)
            .orElseGet(
                () ->
                    variable(environment, "XDG_CACHE_HOME")
                        .map(Path::of)
                        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
                        .resolve("javatron"));
    return home.resolve("hub");
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(s -> !s.isEmpty());
  }

  /** The same without the token's text, so that it never lands in a log. */
  @Override
  public String toString() {
    return "HubSettings[endpoint=%s, token=%s, cache=%s, offline=%s]"
        .formatted(endpoint, token.isPresent() ? "set" : "none", cache, offline);
  }
}

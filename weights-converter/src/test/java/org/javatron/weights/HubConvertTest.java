package org.javatron.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.javatron.testing.LocalHub;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is no path is a model on the hub. */
class HubConvertTest {
  @TempDir Path folder;

  private static Map<String, byte[]> files(String form) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(Golden.form(form)).filter(Files::isRegularFile)) {
      for (Path file : (Iterable<Path>) walk::iterator) {
        String name = Golden.form(form).relativize(file).toString().replace('\\', '/');
        files.put(name, Files.readAllBytes(file));
      }
    }
    return files;
  }

  private Golden.Result run(LocalHub hub, String command, Object... more) {
    return Golden.run(
        Stream.concat(
                Stream.of(command, "--model", "tiny/retriever", "--cache", folder.resolve("cache")),
                Stream.concat(Stream.of("--endpoint", hub.endpoint()), Stream.of(more)))
            .toArray());
  }

  @Test
  void convertsAndRemembersTheCommit() throws IOException {
    try (LocalHub hub = new LocalHub()) {
      String commit = hub.add("tiny/retriever", "main", files("sentence-transformers"));
      Path output = folder.resolve("model");
      Golden.Result result = run(hub, "convert", "--output", output);
      assertEquals(0, result.code(), result.err());
      ModelManifest manifest = ModelManifest.read(output);
      assertEquals("tiny/retriever", manifest.provenance().source());
      assertEquals(commit, manifest.provenance().revision());
      assertEquals(Pooling.MEAN, manifest.pooling());
      try (TensorSource source = Checkpoint.open(output)) {
        assertEquals(Golden.expected(Dtype.F32), Golden.digests(source));
      }
      assertTrue(Files.isRegularFile(output.resolve("tokenizer.json")));
      assertEquals(false, Files.isSymbolicLink(output.resolve("tokenizer.json")));
    }
  }

  @Test
  void anUntiedPairTravelsWhole() throws IOException {
    try (LocalHub hub = new LocalHub()) {
      hub.add("tiny/retriever", "main", files("untied"));
      Golden.Result result = run(hub, "convert", "--output", folder.resolve("model"));
      assertEquals(0, result.code(), result.err());
      assertTrue(ModelLayout.isUntied(folder.resolve("model")));
      assertEquals(0, run(hub, "inspect", "--offline").code());
    }
  }

  @Test
  void offlineWithoutTheModelFailsInOneSentence() throws IOException {
    try (LocalHub hub = new LocalHub()) {
      Golden.Result result = run(hub, "inspect", "--offline");
      assertEquals(1, result.code());
      assertEquals(1, result.err().lines().count(), result.err());
      assertTrue(result.err().contains("tiny/retriever"), result.err());
    }
  }
}

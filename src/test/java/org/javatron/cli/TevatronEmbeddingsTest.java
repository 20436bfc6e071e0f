package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tevatron's pickled embeddings: read, written, searched, and refused where they are wrong. */
class TevatronEmbeddingsTest {
  private static final List<String> IDS = List.of("7", "docé文", "0", "a b", "12", "x");

  @TempDir Path folder;

  private static Path golden(String name) {
    return Peers.root().resolve("src/test/resources/golden/tevatron-embeddings/" + name);
  }

  private static CliResult convert(Path input, Path output, String form) {
    return CliResult.of("embeddings", "--input", input, "--output", output, "--to", form);
  }

  private Path converted(Path input, String name, String form) {
    Path output = folder.resolve(name);
    CliResult result = convert(input, output, form);
    assertEquals(0, result.exitCode(), result.err());
    return output;
  }

  @Test
  void everyProtocolAndTypeGivesTheSameVectors() throws IOException {
    byte[] expected = null;
    for (String name : List.of("p3.pkl", "p4.pt", "p5.pkl", "half.pkl", "torch.pt")) {
      Path output = converted(golden(name), name, "folder");
      assertEquals(IDS, Files.readAllLines(output.resolve("embeddings.ids")));
      byte[] values = Files.readAllBytes(output.resolve("embeddings.npy"));
      expected = expected == null ? values : expected;
      assertArrayEquals(expected, values, name);
    }
    Path again = converted(folder.resolve("p4.pt"), "again.pt", "tevatron");
    Path back = converted(again, "back", "folder");
    assertArrayEquals(expected, Files.readAllBytes(back.resolve("embeddings.npy")));
    assertEquals(IDS, Files.readAllLines(back.resolve("embeddings.ids")));
  }

  @Test
  void searchTakesThem() throws IOException {
    Path run = folder.resolve("run");
    CliResult result =
        CliResult.of(
            "search",
            "--queries",
            golden("half.pkl"),
            "--passages",
            golden("p4.pt"),
            "--output",
            run);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(36, Files.readAllLines(run).size());
  }

  private void requireRefused(String expected, byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("bad.pkl"), bytes);
    CliResult result = convert(file, folder.resolve("out"), "folder");
    assertEquals(1, result.exitCode(), result.err());
    assertEquals("javatron embeddings: " + file + ": " + expected + "\n", result.err());
    assertFalse(Files.exists(folder.resolve("out")));
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private byte[] replaced(String name, String old, String with) throws IOException {
    String text = new String(Files.readAllBytes(golden(name)), StandardCharsets.ISO_8859_1);
    assertTrue(text.contains(old), old);
    return latin(text.replace(old, with));
  }

  @Test
  void brokenAndHostilePicklesAreRefusedInOneSentence() throws IOException {
    byte[] good = Files.readAllBytes(golden("p4.pt"));
    for (int size = 2; size < good.length; size++) { // no cut gives anything but a sentence
      Path file = Files.write(folder.resolve("cut.pkl"), Arrays.copyOf(good, size));
      CliResult result = convert(file, folder.resolve("out"), "folder");
      assertEquals(1, result.exitCode(), result.err());
      assertTrue(result.err().startsWith("javatron embeddings: " + file), result.err());
      assertEquals(1, result.err().lines().count(), result.err());
    }
    requireRefused(
        "the pickle names os.system, which no dictionary of tensors needs; nothing of it was run",
        latin("\u0080\4cos\nsystem\nX\4\0\0\0true\u0085R."));
    requireRefused(
        "expected a pair of an array, or tensor, and a list of ids", latin("\u0080\4]]\u0086."));
    requireRefused(
        "values of type '<f8', expected '<f4' (float32) or '<f2' (float16)",
        replaced("p4.pt", "f4", "f8"));
    requireRefused(
        "values of type '>f4', expected '<f4' (float32) or '<f2' (float16)",
        replaced("p4.pt", "\u008c\1<", "\u008c\1>"));
    requireRefused("6 vectors but 5 ids", replaced("p4.pt", "\u008c\1x\u0094", ""));
    requireRefused("an array of shape [6, 5] has 96 bytes", replaced("p4.pt", "K\6K\4", "K\6K\5"));
    requireRefused(
        "the array is in Fortran order, expected C order",
        replaced("p3.pkl", "\u0089C", "\u0088C"));
    byte[] twice = replaced("p4.pt", "\u008c\1x\u0094", "\u008c\0010\u0094");
    Path file = Files.write(folder.resolve("twice.pkl"), twice);
    CliResult result = convert(file, folder.resolve("out"), "folder");
    assertTrue(result.err().contains("the id \"0\" comes twice, in rows 2 and 5"), result.err());
  }

  @Test
  void brokenTensorsAreRefusedInOneSentence() throws IOException {
    byte[] good = Files.readAllBytes(golden("torch.pt"));
    for (int size = 2; size < good.length; size += 7) {
      Path file = Files.write(folder.resolve("cut.pt"), Arrays.copyOf(good, size));
      CliResult result = convert(file, folder.resolve("out"), "folder");
      assertEquals(1, result.exitCode(), result.err());
      assertEquals(1, result.err().lines().count(), result.err());
    }
    requireRefused(
        "values of type 'int16', expected '<f4' (float32) or '<f2' (float16)",
        replaced("torch.pt", "FloatStorage", "ShortStorage"));
  }

  @Test
  @Tag("peers")
  void pythonReadsOurs() throws IOException {
    Path ours = converted(golden("p5.pkl"), "ours.pkl", "tevatron");
    assertEquals(
        Peers.run("src/test/python/tevatron_pickles.py", "same", golden("p5.pkl")),
        Peers.run("src/test/python/tevatron_pickles.py", "same", ours));
  }
}

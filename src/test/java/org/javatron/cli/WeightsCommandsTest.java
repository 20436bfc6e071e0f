package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.javatron.testing.Peers;
import org.javatron.weights.ModelManifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The converter's commands are javatron's too; what they do is tested beside them. */
class WeightsCommandsTest {
  private static final Path TINY =
      Peers.root().resolve("weights-converter/src/test/resources/golden/tiny-bert/torch-legacy");

  @TempDir Path folder;

  @Test
  void convertThenInspect() throws Exception {
    CliResult result = CliResult.of("convert", "--model", TINY, "--output", folder.resolve("m"));
    assertEquals(0, result.exitCode(), result.err());
    assertEquals("[SEP]", ModelManifest.read(folder.resolve("m")).separator());
    result = CliResult.of("inspect", "--model", folder.resolve("m"));
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.out().contains("37 tensors, 5,424 elements"), result.out());
  }

  @Test
  void anErrorIsOneSentence() {
    CliResult result = CliResult.of("inspect", "--model", TINY.resolve("vocab.txt"));
    assertEquals(1, result.exitCode());
    assertEquals("", result.out());
    assertTrue(result.err().startsWith("javatron inspect: " + TINY), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
  }

  @Test
  void anOutputThatExistsIsNamedAsTheUserTypedIt() throws IOException {
    Path checkpoint =
        Peers.root().resolve("weights-converter/src/test/resources/golden/tiny-bert/safetensors");
    Path taken = Files.writeString(folder.resolve("taken"), "mine");
    Path typed = Path.of("").toAbsolutePath().relativize(taken.toRealPath());
    CliResult result = CliResult.of("convert", "--model", checkpoint, "--output", typed);
    assertEquals(1, result.exitCode());
    assertEquals(
        "javatron convert: " + typed + " is a file; expected a folder to write the model to\n",
        result.err());
    assertEquals("mine", Files.readString(taken));
  }

  @Test
  void aMisspeltFolderIsSaidToBeNoneBeforeTheHubIsAsked() {
    CliResult result =
        CliResult.of("inspect", "--model", "misspelt", "--offline", "--cache", folder);
    assertEquals(1, result.exitCode());
    assertTrue(
        result
            .err()
            .startsWith("There is no file or folder misspelt here; asking the hub for it.\n"),
        result.err());
  }

  @Test
  void convertedAgainAModelKeepsTheSettingsThatAreNotGiven() throws IOException {
    Path first = folder.resolve("first");
    CliResult.of(
        "convert",
        "--model",
        TINY,
        "--output",
        first,
        "--pooling",
        "mean",
        "--normalize",
        "--separator",
        " ",
        "--query-max-length",
        8);
    Path second = folder.resolve("second");
    CliResult result =
        CliResult.of("convert", "--model", first, "--output", second, "--query-max-length", 9);
    assertEquals(0, result.exitCode(), result.err());
    ModelManifest before = ModelManifest.read(first);
    ModelManifest after = ModelManifest.read(second);
    assertEquals(before.pooling(), after.pooling());
    assertEquals(true, after.normalize());
    assertEquals(" ", after.separator());
    assertEquals(9, after.queryMaxLength());
    assertEquals(before.passageMaxLength(), after.passageMaxLength());
  }

  @Test
  void anOutputThatCannotBeMadeIsNamedAsTheUserTypedIt() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "mine");
    CliResult result = CliResult.of("convert", "--model", TINY, "--output", file.resolve("m"));
    assertEquals(1, result.exitCode());
    assertEquals(
        "javatron convert: "
            + file.resolve("m")
            + " cannot be written: folders cannot be made there\n",
        result.err());
  }
}

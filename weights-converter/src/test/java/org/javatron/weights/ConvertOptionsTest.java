package org.javatron.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code convert} says to options that cannot be. */
class ConvertOptionsTest {
  @TempDir Path folder;

  @Test
  void wrongOptionsAreUsageErrors() {
    Golden.Result result =
        Golden.run("convert", "--model", "m", "--output", "o", "--dtype", "int8");
    assertEquals(2, result.code());
    assertEquals(
        "weights-converter convert: --dtype should be float32, float16 or bfloat16, found int8",
        result.err().lines().findFirst().orElseThrow());
    result = Golden.run("convert", "--model", "m", "--output", "o", "--query-max-length", "2");
    assertEquals(2, result.code());
    assertEquals(
        "weights-converter convert: --query-max-length should be at least 3 ([CLS], a token,"
            + " [SEP]), found 2",
        result.err().lines().findFirst().orElseThrow());
    assertEquals(2, Golden.run("convert", "--model", "m").code());
  }

  @Test
  void whatIsNeitherFolderNorHubModel() {
    assertEquals(
        "./no/such/thing is neither a file or folder nor the id of a hub model",
        Golden.refusal(Path.of("./no/such/thing"), folder.resolve("out")));
  }

  @Test
  void aLengthBeyondTheModelsPositionsIsRefused() {
    Path source = Golden.form("torch-zip");
    Path output = folder.resolve("out");
    Golden.Result result =
        Golden.run(
            "convert",
            "--model",
            source.toString(),
            "--output",
            output.toString(),
            "--query-max-length",
            "25");
    assertEquals(1, result.code());
    assertTrue(
        result
            .err()
            .endsWith(
                "config.json: the model has positions for 24 tokens, but --query-max-length is"
                    + " 25\n"),
        result.err());
    assertTrue(Files.notExists(output));
  }
}
